import { describe, expect, it } from 'vitest';
import type { EventRow, EventsAsk, EventsPage } from '../../bindings/engine';
import type { Host } from '../../host/host';
import { LiveEvents } from './live.svelte';

const row = (seq: number, fate: 'waiting' | 'delivered' = 'waiting'): EventRow => ({
  seq,
  accepted_at: '2026-01-15T08:00:00Z',
  source: null,
  source_name: '',
  event_type: 'create-secret',
  event_id: null,
  actor: null,
  project: null,
  time: null,
  bytes: 1,
  fates: [{ stream: 's', fate }],
});

/** A journal that grows in the test's hands. */
function journal(last: number) {
  const state = { last, delivered: 0, first: 1, looks: 0 };
  const events = ({ before, search, limit }: EventsAsk): EventsPage => {
    state.looks += 1;
    const rows: EventRow[] = [];
    let seq = Math.min((before ?? Infinity) - 1, state.last);
    const bottom = Math.max(state.first, seq - limit + 1);
    for (; seq >= bottom; seq -= 1)
      if (!search) rows.push(row(seq, seq <= state.delivered ? 'delivered' : 'waiting'));
    return { rows, looked_back_to: bottom, more: bottom > state.first, last_seq: state.last };
  };
  const host = {
    call: async (_: string, { ask }: { ask: EventsAsk }) => events(ask),
  } as unknown as Host;
  return { state, live: new LiveEvents(host) };
}

const seqs = (rows: EventRow[]) => rows.map(({ seq }) => seq);

describe('live events', () => {
  it('come on top as they are taken, and their fates are kept up', async () => {
    const { state, live } = journal(3);
    await live.start();
    expect(seqs(live.rows)).toEqual([3, 2, 1]);
    Object.assign(state, { last: 4, delivered: 2 });
    await live.refresh();
    expect(seqs(live.rows)).toEqual([4, 3, 2, 1]);
    expect(live.rows.map(({ fates }) => fates[0]?.fate)).toEqual([
      'waiting',
      'waiting',
      'delivered',
      'delivered',
    ]);
  });

  it('are held back and counted while a person looks at older ones', async () => {
    const { state, live } = journal(3);
    await live.start();
    live.paused = true;
    state.last = 5;
    await live.refresh();
    state.last = 6;
    await live.refresh();
    expect(seqs(live.rows)).toEqual([3, 2, 1]);
    expect(seqs(live.held)).toEqual([6, 5, 4]);
    live.resume();
    expect(seqs(live.rows)).toEqual([6, 5, 4, 3, 2, 1]);
  });

  it('begin anew where more came than one page holds, so that no gap is hidden', async () => {
    const { state, live } = journal(50);
    await live.start();
    state.last = 900;
    await live.refresh();
    expect(live.rows[0]?.seq).toBe(900);
    const shown = seqs(live.rows);
    expect(shown).toEqual(shown.map((_, at) => 900 - at));
    await live.more();
    expect(live.rows.at(-1)!.seq).toBeLessThan(shown.at(-1)!);
  });

  it('are followed back to the first', async () => {
    const { live } = journal(250);
    await live.start();
    await live.more();
    await live.more();
    expect(live.rows).toHaveLength(250);
    expect(live.ended).toBe(true);
  });

  it('say so where a search has looked far without a match', async () => {
    const { state, live } = journal(5_000);
    live.search = 'nowhere';
    await live.start();
    expect([live.rows.length, live.tired, live.ended, state.looks]).toEqual([0, true, false, 8]);
    await live.more();
    expect(state.looks).toBe(16);
  });
});
