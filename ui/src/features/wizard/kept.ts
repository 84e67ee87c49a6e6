/**
 * A draft that was left is kept until the window closes, so that Esc loses nothing. Secrets are
 * never part of it: see `withoutSecrets`.
 */
import type { Rules } from '../../lib/rules/draft.svelte';
import type { Values } from '../../lib/fields/values';

export type SourceChoice = { kind: 'all' } | { kind: 'one'; id: string } | { kind: 'new' };

export interface Kept {
  provider: string | null;
  name: string;
  nameByHand: boolean;
  source: SourceChoice;
  rules: Rules;
  forms: Record<string, { values: Values; said: [number, boolean][] }>;
}

/** `stream`: the stream being changed; `null` for a new one. */
const key = (stream: string | null) => `penstock.draft.${stream ?? 'new'}`;

export function keep(stream: string | null, draft: Kept): void {
  sessionStorage.setItem(key(stream), JSON.stringify(draft));
}

export function kept(stream: string | null): Kept | null {
  try {
    const text = sessionStorage.getItem(key(stream));
    return text === null ? null : (JSON.parse(text) as Kept);
  } catch {
    return null;
  }
}

export function forget(stream: string | null): void {
  sessionStorage.removeItem(key(stream));
}
