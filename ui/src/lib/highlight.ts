/**
 * JSON as coloured pieces of text. Works on the text as it came and never through a parsed value,
 * so that what is shown is what was sent: large numbers, duplicate keys and all.
 */
export type Piece = { text: string; kind: Kind | null; marked: boolean };
export type Kind = 'key' | 'string' | 'number' | 'literal' | 'punct';

const TOKEN =
  /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b|([{}[\],:])/g;

/** Beyond this many characters text stays plain. */
const COLOURED = 20_000;

export function looksLikeJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

/** `evidence`: a part of the text to mark, where it occurs. */
export function pieces(text: string, evidence?: string, json = looksLikeJson(text)): Piece[] {
  return marked(json ? coloured(text) : plain(text), text, evidence);
}

/** The same JSON, one member a line; `null` where the text is not JSON or would not change. */
export function indented(text: string): string | null {
  if (!looksLikeJson(text) || text.length > 256 * 1024) return null;
  let out = '';
  let depth = 0;
  const line = () => `\n${'  '.repeat(Math.max(0, depth))}`;
  let last = '';
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s"{}[\],:]+/g)) {
    const closes = token === '}' || token === ']';
    if (closes) depth -= 1;
    const opened = last === '{' || last === '[';
    if (closes) out += opened ? token : line() + token;
    else if (token === ',') out += token;
    else if (token === ':') out += ': ';
    else if (last === ',' || opened) out += line() + token;
    else if (last && depth === 0) out += `\n${token}`;
    else out += token;
    if (token === '{' || token === '[') depth += 1;
    last = token;
  }
  return depth === 0 && out !== text ? out : null;
}

function plain(text: string): Piece[] {
  return text ? [{ text, kind: null, marked: false }] : [];
}

function coloured(text: string): Piece[] {
  const head = text.slice(0, COLOURED);
  const out: Piece[] = [];
  let at = 0;
  const push = (piece: string, kind: Kind | null) => {
    if (piece) out.push({ text: piece, kind, marked: false });
  };
  for (const found of head.matchAll(TOKEN)) {
    const [token, string, colon, number, literal] = found;
    push(head.slice(at, found.index), null);
    if (string && colon !== undefined) {
      push(string, 'key');
      push(colon, 'punct');
    } else if (string) push(string, 'string');
    else push(token, number ? 'number' : literal ? 'literal' : 'punct');
    at = found.index + token.length;
  }
  push(text.slice(at), null);
  return out;
}

function marked(all: Piece[], text: string, evidence?: string): Piece[] {
  const from = evidence ? text.indexOf(evidence) : -1;
  if (!evidence || from < 0) return all;
  const to = from + evidence.length;
  const out: Piece[] = [];
  let at = 0;
  for (const piece of all) {
    const end = at + piece.text.length;
    for (const [start, stop, isMarked] of [
      [at, Math.min(end, from), false],
      [Math.max(at, from), Math.min(end, to), true],
      [Math.max(at, to), end, false],
    ] as const) {
      if (start < stop) out.push({ ...piece, text: text.slice(start, stop), marked: isMarked });
    }
    at = end;
  }
  return out;
}
