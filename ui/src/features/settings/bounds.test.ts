import { describe, expect, it } from 'vitest';
import type { JournalView } from '../../bindings/engine';
import { BoundsForm, sizeOf, type Bound } from './bounds.svelte';

const journal: JournalView = {
  first_seq: 1,
  last_seq: 10,
  events: 10,
  bytes: 30_000_000,
  oldest_at: '2026-01-15T10:00:00Z',
  limit_bytes: null,
  keep_free_bytes: 536_870_912,
  disk_free_bytes: 8_000_000_000,
  keep_days: 7,
  waiting: 0,
  problem: null,
};

function typed(values: Partial<Record<Bound, string>>) {
  const form = new BoundsForm(() => journal);
  for (const [bound, text] of Object.entries(values)) form.type(bound as Bound, text);
  return form;
}

describe('a size', () => {
  it.each([
    ['512 MB', 512_000_000],
    ['1.5gb', 1_500_000_000],
    ['1,5 GB', 1_500_000_000],
    ['2T', 2_000_000_000_000],
    ['87 B', 87],
    ['0', 0],
  ])('%s is read', (text, size) => expect(sizeOf(text)).toBe(size));

  it.each(['', '20', 'GB', '20 apples', '-1 GB', '1.2.3 MB'])('%s is none', (text) =>
    expect(sizeOf(text)).toBeNull(),
  );
});

describe('the journal’s bounds', () => {
  it('are set only where they differ from what is', () => {
    const form = typed({ limit: '20 GB', keepFree: '537 MB', keepDays: ' 7 ' });
    expect(form.dirty).toBe(true);
    expect(form.made()).toEqual({ bounds: { limit_bytes: 20_000_000_000 } });
    form.undo();
    expect(form.dirty).toBe(false);
    expect(form.value('keepFree')).toBe('537 MB');
  });

  it('name the first field that is wrong, once it was left', () => {
    const form = typed({ keepFree: 'some', keepDays: '1.5' });
    expect(form.error('keepFree')).toBeNull();
    form.leave('keepFree');
    expect(form.error('keepFree')).toContain('512 MB');
    expect(form.made()).toEqual({ wrong: 'keepFree' });
    form.type('keepFree', '0');
    expect(form.made()).toEqual({ wrong: 'keepDays' });
    form.type('keepDays', '30');
    expect(form.made()).toEqual({ bounds: { keep_free_bytes: 0, keep_days: 30 } });
  });

  it('warn of what would follow at once', () => {
    const form = typed({ limit: '20 MB', keepFree: '9 GB' });
    expect(form.warning('limit')).toContain('30 MB');
    expect(form.warning('keepFree')).toContain('8 GB');
    form.type('limit', '40 MB');
    form.type('keepFree', '1 GB');
    expect([form.warning('limit'), form.warning('keepFree')]).toEqual([null, null]);
  });

  it('are taken away where the limit is left empty', () => {
    const form = new BoundsForm(() => ({ ...journal, limit_bytes: 5_000_000_000 }));
    expect(form.value('limit')).toBe('5 GB');
    form.type('limit', '');
    expect(form.made()).toEqual({ bounds: { limit_bytes: 0 } });
    form.type('limit', '10 KB');
    expect(form.made()).toEqual({ wrong: 'limit' });
  });
});
