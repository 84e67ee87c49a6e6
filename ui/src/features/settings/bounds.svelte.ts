/**
 * The journal's bounds while they are changed. What a person did not touch follows the journal,
 * and only what differs from it is set.
 */
import type { JournalBounds, JournalView } from '../../bindings/engine';
import { bytes } from '../../lib/format';
import { journal as t } from '../../lib/i18n';

export type Bound = 'limit' | 'keepFree' | 'keepDays';

const LEAST_LIMIT = 1_000_000;
const MOST_DAYS = 3_650;
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `512 MB`, `1.5 gb`; `null` where it is no size. */
export function sizeOf(text: string): number | null {
  const [, number, unit] = /^(\d+(?:[.,]\d+)?)\s*([KMGT]?B?)$/i.exec(text.trim()) ?? [];
  if (number === undefined) return null;
  const value = Number(number.replace(',', '.'));
  if (!unit) return value === 0 ? 0 : null;
  const power = UNITS.indexOf(unit.toUpperCase().replace(/^([KMGT])$/, '$1B'));
  return Math.round(value * 1_000 ** power);
}

/** The bounds of a journal, as they are written. */
export function written(journal: JournalView): Record<Bound, string> {
  return {
    limit: journal.limit_bytes === null ? '' : bytes(journal.limit_bytes),
    keepFree: bytes(journal.keep_free_bytes),
    keepDays: String(journal.keep_days),
  };
}

export class BoundsForm {
  typed: Partial<Record<Bound, string>> = $state({});
  /** Fields that were left once: from then on each key is judged. */
  left: Partial<Record<Bound, boolean>> = $state({});
  #journal: () => JournalView;

  constructor(journal: () => JournalView) {
    this.#journal = journal;
  }

  value(bound: Bound): string {
    return this.typed[bound] ?? written(this.#journal())[bound];
  }

  type(bound: Bound, text: string): void {
    this.typed[bound] = text;
  }

  leave(bound: Bound): void {
    if (this.typed[bound] !== undefined) this.left[bound] = true;
  }

  undo(): void {
    this.typed = {};
    this.left = {};
  }

  changed(bound: Bound): boolean {
    const typed = this.typed[bound]?.trim();
    return typed !== undefined && typed !== written(this.#journal())[bound];
  }

  get dirty(): boolean {
    return this.changed('limit') || this.changed('keepFree') || this.changed('keepDays');
  }

  /** What is wrong with a field, once it was left. */
  error(bound: Bound): string | null {
    return this.left[bound] && this.changed(bound) ? this.#wrong(bound) : null;
  }

  /** What would follow from a field that is right. */
  warning(bound: Bound): string | null {
    if (!this.changed(bound) || this.#wrong(bound)) return null;
    const journal = this.#journal();
    const size = sizeOf(this.value(bound));
    if (bound === 'limit' && size !== null && size > 0 && size < journal.bytes)
      return t.limitBelow(bytes(journal.bytes));
    if (bound === 'keepFree' && size !== null && size > journal.disk_free_bytes)
      return t.freeAbove(bytes(journal.disk_free_bytes));
    return null;
  }

  /** What is to be set, or the first field that is wrong. */
  made(): { bounds: JournalBounds } | { wrong: Bound } {
    const bounds: JournalBounds = {};
    for (const bound of ['limit', 'keepFree', 'keepDays'] as const) {
      if (!this.changed(bound)) continue;
      this.left[bound] = true;
      if (this.#wrong(bound)) return { wrong: bound };
      const text = this.value(bound).trim();
      if (bound === 'limit') bounds.limit_bytes = text === '' ? 0 : (sizeOf(text) ?? 0);
      else if (bound === 'keepFree') bounds.keep_free_bytes = sizeOf(text) ?? 0;
      else bounds.keep_days = Number(text);
    }
    return { bounds };
  }

  #wrong(bound: Bound): string | null {
    const text = this.value(bound).trim();
    if (bound === 'keepDays')
      return /^\d{1,9}$/.test(text) && Number(text) <= MOST_DAYS ? null : t.notDays;
    if (bound === 'limit' && text === '') return null;
    const size = sizeOf(text);
    if (size === null) return t.notSize;
    return bound === 'limit' && size < LEAST_LIMIT ? t.leastLimit : null;
  }
}
