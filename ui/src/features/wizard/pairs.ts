/**
 * Reads names and values from a pasted text, for "Paste values": a JSON object, alone or with
 * other output around it, or lines such as `name=value` and `name: value`. Runs nothing.
 */

/** Values by name; empty where the text holds none. */
export function parsePairs(text: string): Map<string, string> {
  return fromJson(text) ?? fromLines(text);
}

function fromJson(text: string): Map<string, string> | null {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  if (start < 0 || end < start) return null;
  let value: unknown;
  try {
    value = JSON.parse(text.slice(start, end + 1));
  } catch {
    return null;
  }
  const pairs = Object.entries(value as Record<string, unknown>)
    .map(([name, entry]) => [name, plain(entry)] as const)
    .filter((pair): pair is [string, string] => pair[1] !== null);
  return new Map(pairs);
}

/** Azure's tools wrap outputs as `{"type", "value"}`. */
function plain(entry: unknown): string | null {
  if (typeof entry === 'string') return entry.trim();
  if (typeof entry === 'number' || typeof entry === 'boolean') return String(entry);
  if (typeof entry === 'object' && entry !== null && 'value' in entry) return plain(entry.value);
  return null;
}

function fromLines(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const found = /^\s*(?:export\s+)?([a-z][a-z0-9_]*)\s*[=:]\s*(.*?)\s*$/i.exec(line);
    const value = found?.[2]?.replace(/^(["'])(.*)\1$/, '$2');
    if (found?.[1] && value) pairs.set(found[1].toLowerCase(), value);
  }
  return pairs;
}
