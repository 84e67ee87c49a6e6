import { describe, expect, it } from 'vitest';
import { parseCurl } from './curl';

describe('a pasted curl line', () => {
  it('gives the address and the headers, whatever the quotes', () => {
    const line = `curl -X POST 'https://logs.example.com/v1/audit' \\
      -H "Authorization: Bearer s3cr\\"et" \\
      --header=X-Log-Stream:audit -d '[{"id":1}]'`;
    expect(parseCurl(line)).toEqual({
      url: 'https://logs.example.com/v1/audit',
      headers: [
        { key: 'Authorization', value: 'Bearer s3cr"et' },
        { key: 'X-Log-Stream', value: 'audit' },
      ],
      leftOut: [],
    });
  });

  it('leaves out what the payload format sets by itself, and says so', () => {
    const line =
      'curl https://a.example -H "Content-Type: text/plain" -H "Host: b.example" -H "X-A: 1"';
    const request = parseCurl(line);
    expect(request?.headers).toEqual([{ key: 'X-A', value: '1' }]);
    expect(request?.leftOut).toEqual(['Content-Type', 'Host']);
  });

  it.each([
    ['a prompt before it', '$ curl https://a.example'],
    ['line ends of cmd', 'curl ^\r\n  -H "X-A: 1" ^\r\n  https://a.example'],
    ['options run together', 'curl -sSXPOST https://a.example'],
    ['the address as an option', 'curl --url https://a.example'],
    ['an option whose value looks like an address', 'curl -x http://proxy:3128 https://a.example'],
    ['a path to the program', '/usr/bin/curl https://a.example'],
  ])('is understood with %s', (_, line) => {
    expect(parseCurl(line)?.url).toBe('https://a.example');
  });

  it('takes an address without a scheme as curl does', () => {
    expect(parseCurl('curl logs.example.com/in')?.url).toBe('http://logs.example.com/in');
  });

  it('turns a user and a password into the header that curl would send', () => {
    expect(parseCurl('curl -u dana:päss https://a.example')?.headers).toEqual([
      { key: 'Authorization', value: 'Basic ZGFuYTpww6Rzcw==' },
    ]);
  });

  it("reads the quotes of a browser's Copy as cURL", () => {
    const line = "curl 'https://a.example' -H $'X-Name: O\\'Neil \\u00e9'";
    expect(parseCurl(line)?.headers).toEqual([{ key: 'X-Name', value: "O'Neil é" }]);
  });

  it.each(['', 'wget https://a.example', 'curl -H "X-A: 1"', 'https://a.example'])(
    'is refused where it is none: %s',
    (line) => {
      expect(parseCurl(line)).toBeNull();
    },
  );
});
