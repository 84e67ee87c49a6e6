/**
 * Reads a pasted `curl` line: its address and its headers, for "Paste as curl".
 *
 * Understands what shells and browsers' "Copy as cURL" write (quotes, line continuations of sh
 * and cmd, `-H`, `-u`, `--url`, `-XPOST`). Runs nothing, and leaves out what the payload format
 * sets by itself.
 */

export interface CurlRequest {
  url: string;
  headers: { key: string; value: string }[];
  /** Header names left out because Penstock sets them itself. */
  leftOut: string[];
}

/** Set by the payload format or by the connection, never by a person. */
const OWN_HEADERS = new Set([
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'accept-encoding',
  'connection',
  'transfer-encoding',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
]);

/** Options that take a value and say nothing about where or as whom to send. */
const VALUED = new Set([
  '-d',
  '--data',
  '--data-raw',
  '--data-binary',
  '--data-ascii',
  '--data-urlencode',
  '--json',
  '-X',
  '--request',
  '-o',
  '--output',
  '-m',
  '--max-time',
  '--connect-timeout',
  '-x',
  '--proxy',
  '--cacert',
  '--cert',
  '-E',
  '--key',
  '-b',
  '--cookie',
  '-c',
  '--cookie-jar',
  '-F',
  '--form',
  '-w',
  '--write-out',
  '-T',
  '--upload-file',
  '--retry',
  '--resolve',
  '-r',
  '--range',
  '-K',
  '--config',
  '--cert-type',
  '--key-type',
  '--ciphers',
  '--tls-max',
  '-U',
  '--proxy-user',
]);

/** Options with a value that say who sends, and the header they stand for. */
const AS_HEADER: Record<string, (value: string) => [string, string]> = {
  '-u': basic,
  '--user': basic,
  '--oauth2-bearer': (token) => ['Authorization', `Bearer ${token}`],
  '-A': (agent) => ['User-Agent', agent],
  '--user-agent': (agent) => ['User-Agent', agent],
  '-e': (page) => ['Referer', page],
  '--referer': (page) => ['Referer', page],
};

/** The request of a `curl` line, or `null` where the text is none or names no address. */
export function parseCurl(text: string): CurlRequest | null {
  const words = splitWords(text.trim().replace(/^\$\s+/, ''));
  if (!/^(.*[\\/])?curl(\.exe)?$/i.test(words[0] ?? '')) return null;

  let url: string | null = null;
  const headers: CurlRequest['headers'] = [];
  const leftOut: string[] = [];
  const add = (key: string, value: string) => {
    if (OWN_HEADERS.has(key.toLowerCase())) leftOut.push(key);
    else headers.push({ key, value });
  };

  for (let at = 1; at < words.length; at++) {
    const [option, attached] = splitOption(words[at]!);
    const value = () => attached ?? words[++at] ?? '';
    if (option === null) url ??= words[at]!;
    else if (option === '--url') url ??= value();
    else if (option === '-H' || option === '--header') {
      const line = value();
      const colon = line.indexOf(':');
      if (colon > 0) add(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    } else if (option in AS_HEADER) add(...AS_HEADER[option]!(value()));
    else if (VALUED.has(option)) value();
  }
  if (url === null) return null;
  return { url: /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`, headers, leftOut };
}

/** `-XPOST` and `--request=POST` into option and value; `null` for a word that is no option. */
function splitOption(word: string): [string | null, string | undefined] {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
  }
  if (!word.startsWith('-') || word === '-') return [null, undefined];
  // In a bundle such as `-sSXPOST` the flags before the first option with a value mean nothing here.
  for (let at = 1; at < word.length; at++) {
    const option = `-${word[at]}`;
    if (option === '-H' || option in AS_HEADER || VALUED.has(option)) {
      return [option, at + 1 < word.length ? word.slice(at + 1) : undefined];
    }
  }
  return [word, undefined];
}

/** Splits a command line the way a POSIX shell does, `^` line ends of cmd understood too. */
function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let at = 0;
  const take = (more: string) => {
    word = (word ?? '') + more;
  };
  while (at < text.length) {
    const letter = text[at]!;
    if (
      (letter === '\\' || letter === '^' || letter === '`') &&
      /^\r?\n/.test(text.slice(at + 1))
    ) {
      at += text[at + 1] === '\r' ? 3 : 2;
    } else if (/\s/.test(letter)) {
      if (word !== null) words.push(word);
      word = null;
      at++;
    } else if (letter === '$' && text[at + 1] === "'") {
      const [quoted, end] = ansiQuoted(text, at + 2);
      take(quoted);
      at = end;
    } else if (letter === "'") {
      const end = text.indexOf("'", at + 1);
      take(text.slice(at + 1, end < 0 ? undefined : end));
      at = end < 0 ? text.length : end + 1;
    } else if (letter === '"') {
      const [quoted, end] = doubleQuoted(text, at + 1);
      take(quoted);
      at = end;
    } else if (letter === '\\' && at + 1 < text.length) {
      take(text[at + 1]!);
      at += 2;
    } else {
      take(letter);
      at++;
    }
  }
  if (word !== null) words.push(word);
  return words;
}

function doubleQuoted(text: string, start: number): [string, number] {
  let out = '';
  let at = start;
  while (at < text.length && text[at] !== '"') {
    if (text[at] === '\\' && /["\\$`\n]/.test(text[at + 1] ?? '')) {
      if (text[at + 1] !== '\n') out += text[at + 1];
      at += 2;
    } else {
      out += text[at++];
    }
  }
  return [out, at + 1];
}

/** `$'…'`, which browsers write where a value holds quotes or control characters. */
function ansiQuoted(text: string, start: number): [string, number] {
  const named: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
  let out = '';
  let at = start;
  while (at < text.length && text[at] !== "'") {
    if (text[at] !== '\\') {
      out += text[at++];
      continue;
    }
    const code = /^\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/.exec(text.slice(at));
    if (code) {
      out += String.fromCharCode(parseInt((code[1] ?? code[2])!, 16));
      at += code[0].length;
    } else {
      const letter = text[at + 1] ?? '';
      out += named[letter] ?? letter;
      at += 2;
    }
  }
  return [out, at + 1];
}

function basic(user: string): [string, string] {
  const bytes = new TextEncoder().encode(user.includes(':') ? user : `${user}:`);
  return ['Authorization', `Basic ${btoa(String.fromCharCode(...bytes))}`];
}
