/** Names of streams and sources: what is suggested, and what is refused before Rust is asked. */

/** Letters as a person counts them. */
export const LONGEST_NAME = 100;

export type NameFault = 'empty' | 'long' | 'taken' | 'control';

/** `base`, or `base 2`, `base 3`, … where that is taken. */
export function suggestName(base: string, taken: string[]): string {
  const used = new Set(taken.map(folded));
  if (!used.has(folded(base))) return base;
  let count = 2;
  while (used.has(folded(`${base} ${count}`))) count++;
  return `${base} ${count}`;
}

export function nameFault(name: string, taken: string[]): NameFault | null {
  const text = name.trim();
  if (text === '') return 'empty';
  if ([...text].length > LONGEST_NAME) return 'long';
  if (/\p{Cc}/u.test(text)) return 'control';
  return taken.some((other) => folded(other) === folded(text)) ? 'taken' : null;
}

/** Two names that a person would read as one are one. */
function folded(name: string): string {
  return name.trim().normalize('NFC').toLocaleLowerCase();
}
