import { describe, expect, it } from 'vitest';
import type { ShownRequest } from '../../bindings/engine';
import { parseCurl } from './curl';
import { curlOf } from './curl-line';

const request: ShownRequest = {
  method: 'POST',
  url: 'https://a.example/in?x=1',
  http_version: 'HTTP/1.1',
  headers: [
    { name: 'Content-Encoding', value: 'gzip', redacted: false },
    { name: 'Authorization', value: 'Bearer ', redacted: true },
    { name: 'X-Name', value: "O'Neil", redacted: false },
  ],
  body: '[{"a":1}]',
  body_bytes: 9,
  compressed_bytes: 8,
};

describe('a request as a curl line', () => {
  it('holds a placeholder where a secret was', () => {
    expect(curlOf(request)).toContain('-H "Authorization: Bearer $PENSTOCK_TOKEN"');
  });

  it('leaves out the encoding that its body does not have', () => {
    expect(curlOf(request)).not.toContain('gzip');
  });

  it('is read again as the same request', () => {
    expect(parseCurl(curlOf(request))).toEqual({
      url: 'https://a.example/in?x=1',
      headers: [
        { key: 'Authorization', value: 'Bearer $PENSTOCK_TOKEN' },
        { key: 'X-Name', value: "O'Neil" },
      ],
      leftOut: [],
    });
  });
});
