import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Host } from '../../host/host';
import { setAsideOf } from '../../host/scripted/attempts';
import { tenStreams } from '../../host/scripted/streams';
import { FailedList, UNDO_MS, whoAndWhere } from './failed.svelte';

const stream = tenStreams(Date.now())[0]!;

function keeping() {
  let kept = setAsideOf(stream, Date.now());
  const calls: [string, unknown][] = [];
  const host = {
    call: (command: string, takes: { seqs?: number[] | null; limit?: number; after?: number }) => {
      calls.push([command, takes]);
      if (command === 'set_aside') return Promise.resolve(kept.slice(0, takes.limit));
      const { seqs } = takes;
      const before = kept.length;
      kept = seqs ? kept.filter(({ seq }) => !seqs.includes(seq)) : [];
      return Promise.resolve(before - kept.length);
    },
  } as unknown as Host;
  return { host, calls };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('discarding', () => {
  it('takes the events from sight at once and from the disk only after the time to undo', async () => {
    const { host, calls } = keeping();
    const failed = new FailedList(host, stream.id);
    await failed.refresh();
    const [first] = failed.shown;
    failed.discard([first!.seq], () => {});
    expect(failed.shown).toHaveLength(16);
    expect(calls.some(([command]) => command === 'discard_set_aside')).toBe(false);
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(calls.at(-1)).toEqual(['discard_set_aside', { key: stream.id, seqs: [first!.seq] }]);
  });

  it('is undone without a trace', async () => {
    const { host, calls } = keeping();
    const failed = new FailedList(host, stream.id);
    await failed.refresh();
    const undo = failed.discard(
      failed.shown.slice(0, 3).map(({ seq }) => seq),
      () => {},
    );
    undo();
    await vi.advanceTimersByTimeAsync(UNDO_MS * 2);
    expect(failed.shown).toHaveLength(17);
    expect(calls.map(([command]) => command)).toEqual(['set_aside']);
  });

  it('puts the events back in sight where it is refused', async () => {
    const { host } = keeping();
    const failed = new FailedList(
      {
        call: (command: never, takes: never) =>
          command === 'discard_set_aside'
            ? Promise.reject(new Error('no'))
            : host.call(command, takes),
      } as unknown as Host,
      stream.id,
    );
    await failed.refresh();
    const refused = vi.fn();
    failed.discard([failed.shown[0]!.seq], refused);
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(refused).toHaveBeenCalledOnce();
    expect(failed.shown).toHaveLength(17);
  });
});

describe('the selection', () => {
  it('takes all that are shown, and gives them back', async () => {
    const failed = new FailedList(keeping().host, stream.id);
    await failed.refresh();
    failed.reason = failed.reasons[0]!;
    failed.toggleAll();
    expect(failed.selected.size).toBe(failed.shown.length);
    failed.toggleAll();
    expect(failed.selected.size).toBe(0);
  });

  it('replays only what was chosen', async () => {
    const { host, calls } = keeping();
    const failed = new FailedList(host, stream.id);
    await failed.refresh();
    const { seq } = failed.shown[2]!;
    expect(await failed.replay([seq])).toBe(1);
    expect(calls.at(-1)).toEqual(['replay_set_aside', { key: stream.id, seqs: [seq] }]);
    expect(failed.shown).toHaveLength(16);
  });
});

it('an event that was cut names nobody rather than somebody else', () => {
  const event = setAsideOf(stream, Date.now())[0]!;
  expect(whoAndWhere(event)).toEqual({ actor: 'ci-deployer', project: 'mobile-backend' });
  expect(whoAndWhere({ ...event, event: '{"actor":"x","actorM' })).toEqual({
    actor: '',
    project: '',
  });
});
