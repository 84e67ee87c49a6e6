/** The paths of an event's values, for what is to be redacted. */

/** Deeper values are seldom what a person means, and lists of paths stay short. */
const DEEPEST = 4;

/** `actorMetadata.email`; lists are walked through. Paths of values, not of what holds them. */
export function pathsIn(event: string): string[] {
  const found = new Set<string>();
  const walk = (value: unknown, path: string[]): void => {
    if (Array.isArray(value)) for (const item of value.slice(0, 3)) walk(item, path);
    else if (typeof value === 'object' && value !== null && path.length < DEEPEST)
      for (const [key, inner] of Object.entries(value))
        walk(inner, [...path, key.replaceAll('.', '\\.')]);
    else if (path.length > 0 && value !== null) found.add(path.join('.'));
  };
  try {
    walk(JSON.parse(event), []);
  } catch {
    // An event that was cut has no paths to offer.
  }
  return [...found];
}
