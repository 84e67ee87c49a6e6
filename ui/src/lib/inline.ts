/** Inline Markdown of guides and problems: `**bold**`, `` `code` `` and `[label](url)` only. */
export type Inline =
  { kind: 'text' | 'bold' | 'code'; text: string } | { kind: 'link'; text: string; url: string };

const MARKS = /\*\*([^*]+)\*\*|`([^`]+)`|\[([^\]]+)\]\((https:\/\/[^\s)]+)\)/g;

export function inline(source: string): Inline[] {
  const out: Inline[] = [];
  let at = 0;
  for (const found of source.matchAll(MARKS)) {
    const [whole, bold, code, label, url] = found;
    if (found.index > at) out.push({ kind: 'text', text: source.slice(at, found.index) });
    if (bold) out.push({ kind: 'bold', text: bold });
    else if (code) out.push({ kind: 'code', text: code });
    else if (label && url) out.push({ kind: 'link', text: label, url });
    at = found.index + whole.length;
  }
  if (at < source.length) out.push({ kind: 'text', text: source.slice(at) });
  return out;
}
