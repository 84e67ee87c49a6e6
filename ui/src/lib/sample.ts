/** What is wrong with an edited sample entry: `object` where it is JSON but no object. */
export function jsonFault(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    const object = typeof value === 'object' && value !== null && !Array.isArray(value);
    return object ? null : 'object';
  } catch (reason) {
    return reason instanceof Error ? reason.message : String(reason);
  }
}
