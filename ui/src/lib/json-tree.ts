/**
 * JSON as a tree of text. Nothing is turned into numbers or merged, so what is shown is what came:
 * large numbers, duplicate keys and all. `null` where the text is no whole JSON.
 */
export type JsonNode = {
  /** As written, without its quotes; `null` for what stands in a list or alone. */
  key: string | null;
  kind: 'object' | 'array' | 'string' | 'number' | 'literal';
  /** A value as written; of what holds others, nothing. */
  text: string;
  children: JsonNode[];
};

const TOKEN = /\s*("(?:\\.|[^"\\])*"|[{}[\],:]|[^\s"{}[\],:]+)/y;
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Deeper than any event that is meant. */
const DEEPEST = 200;

export function treeOf(json: string): JsonNode | null {
  let at = 0;
  const next = (): string | null => {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(json);
    if (!found) return null;
    at = TOKEN.lastIndex;
    return found[1]!;
  };

  function value(key: string | null, token: string | null, depth: number): JsonNode | null {
    if (token === null || depth > DEEPEST) return null;
    if (token === '{' || token === '[') return holder(key, token, depth);
    if (token.startsWith('"')) return { key, kind: 'string', text: token, children: [] };
    if (NUMBER.test(token)) return { key, kind: 'number', text: token, children: [] };
    if (/^(true|false|null)$/.test(token))
      return { key, kind: 'literal', text: token, children: [] };
    return null;
  }

  function holder(key: string | null, open: string, depth: number): JsonNode | null {
    const [kind, close] = open === '{' ? (['object', '}'] as const) : (['array', ']'] as const);
    const children: JsonNode[] = [];
    let token = next();
    if (token === close) return { key, kind, text: '', children };
    for (;;) {
      let name: string | null = null;
      if (kind === 'object') {
        if (!token?.startsWith('"') || next() !== ':') return null;
        name = token.slice(1, -1);
        token = next();
      }
      const child = value(name, token, depth + 1);
      if (!child) return null;
      children.push(child);
      const after = next();
      if (after === close) return { key, kind, text: '', children };
      if (after !== ',') return null;
      token = next();
    }
  }

  const root = value(null, next(), 0);
  return root && json.slice(at).trim() === '' ? root : null;
}
