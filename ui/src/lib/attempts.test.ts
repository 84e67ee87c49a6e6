import { describe, expect, it } from 'vitest';
import type { AttemptView } from '../bindings/engine';
import type { Host } from '../host/host';
import { Attempts, noteOf } from './attempts.svelte';

function attempt(id: number, more: Partial<AttemptView> = {}): AttemptView {
  return {
    id,
    stream: 's',
    at: new Date(id * 1_000).toISOString(),
    outcome: 'accepted',
    status: 200,
    reason: 'Success',
    first_seq: id * 10,
    last_seq: id * 10 + 9,
    events: 10,
    bytes: 6_000,
    latency_ms: 40,
    attempt: 1,
    sample: false,
    set_aside: 0,
    next_try_at: null,
    ...more,
  };
}

/** Keeps attempts as the engine does: newest first, in pages. */
function keeping(all: AttemptView[]) {
  const pages: (number | null)[] = [];
  const host = {
    call: (_command: string, { before, limit }: { before: number | null; limit: number }) => {
      pages.push(before);
      const from = before === null ? 0 : all.findIndex(({ id }) => id === before) + 1;
      return Promise.resolve(all.slice(from, from + limit));
    },
  } as unknown as Host;
  return { host, all, pages };
}

const many = (how: number) => Array.from({ length: how }, (_, at) => attempt(how - at));

describe('attempts', () => {
  it('join what is new on top and keep what was paged in', async () => {
    const kept = keeping(many(150));
    const attempts = new Attempts(kept.host, 's');
    await attempts.refresh();
    await attempts.more();
    kept.all.unshift(attempt(152), attempt(151));
    await attempts.refresh();
    expect(attempts.all.map(({ id }) => id)).toEqual(kept.all.map(({ id }) => id));
  });

  it('start anew rather than hide a gap', async () => {
    const kept = keeping(many(120));
    const attempts = new Attempts(kept.host, 's');
    await attempts.refresh();
    for (let id = 121; id <= 320; id++) kept.all.unshift(attempt(id));
    await attempts.refresh();
    expect(attempts.all.map(({ id }) => id)).toEqual(kept.all.slice(0, 100).map(({ id }) => id));
    expect(attempts.ended).toBe(false);
  });

  it('know when nothing older is kept', async () => {
    const attempts = new Attempts(keeping(many(130)).host, 's');
    await attempts.refresh();
    expect(attempts.ended).toBe(false);
    await attempts.more();
    expect([attempts.ended, attempts.all.length]).toEqual([true, 130]);
  });

  it('look further back for problems than one page', async () => {
    const all = many(450);
    all[390] = attempt(60, { outcome: 'hold', status: 403 });
    const attempts = new Attempts(keeping(all).host, 's');
    await attempts.refresh();
    await attempts.choose('problems');
    expect(attempts.shown.map(({ id }) => id)).toEqual([60]);
  });

  it('say why they cannot be shown, and show them once they can', async () => {
    let broken = true;
    const kept = keeping(many(3));
    const attempts = new Attempts(
      {
        call: (...asked: [never, never]) =>
          broken
            ? Promise.reject({ code: 'x', summary: 'No.', next_steps: [] })
            : kept.host.call(...asked),
      } as unknown as Host,
      's',
    );
    await attempts.refresh();
    expect(attempts.problem?.summary).toBe('No.');
    broken = false;
    await attempts.refresh();
    expect([attempts.problem, attempts.all.length]).toEqual([null, 3]);
  });
});

describe('the note of an attempt', () => {
  const refused = attempt(5, {
    outcome: 'retry',
    status: 503,
    next_try_at: '2026-01-01T00:00:00Z',
  });

  it('says when the next try is, while there was none', () => {
    expect(noteOf(refused, [])).toEqual({ kind: 'next', at: refused.next_try_at });
  });

  it('says on which try the same batch was delivered', () => {
    const won = attempt(7, { first_seq: refused.first_seq, attempt: 3 });
    const other = attempt(6, { stream: 'another', first_seq: refused.first_seq });
    expect(noteOf(refused, [won, other])).toEqual({ kind: 'delivered', on: 3 });
  });

  it('says nothing of what was accepted at once', () => {
    expect(noteOf(attempt(1), [])).toBeNull();
  });

  it('names a sample, and events that failed', () => {
    expect(noteOf(attempt(1, { sample: true }), [])).toEqual({ kind: 'sample' });
    expect(noteOf(attempt(1, { outcome: 'partly', set_aside: 2 }), [])).toEqual({
      kind: 'failed',
      events: 2,
    });
  });
});
