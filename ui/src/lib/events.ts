/** The events in a body as it was sent: an array, one a line, or one after the other. */

/** Whole events only: a body that was cut ends in the middle of one. */
export function eventsIn(body: string): string[] {
  const events: string[] = [];
  const array = /^\s*\[/.test(body);
  const level = array ? 1 : 0;
  let depth = 0;
  let start = -1;
  let quoted = false;
  for (let at = 0; at < body.length; at++) {
    const char = body[at];
    if (quoted) {
      if (char === '\\') at += 1;
      else if (char === '"') quoted = false;
      continue;
    }
    if (char === '"') quoted = true;
    else if (char === '{' || char === '[') {
      if (depth === level && char === '{') start = at;
      depth += 1;
    } else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth === level && start >= 0) {
        events.push(body.slice(start, at + 1));
        start = -1;
      }
      if (depth < 0) return events;
    }
  }
  return events;
}
