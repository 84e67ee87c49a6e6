import { describe, expect, it, vi } from 'vitest';
import type { Commands, Pushes } from '../bindings/commands';
import type { Changes } from '../bindings/engine';
import type { Host } from '../host/host';
import { scriptedHost } from '../host/scripted';
import { Store } from './store.svelte';

const nothing: Changes = {
  streams: [],
  removed_streams: [],
  sources: [],
  removed_sources: [],
  journal: null,
  app: null,
  attempts: [],
};

/** The scripted host, with its order of events in the test's hands. */
function host() {
  const script = scriptedHost(new URLSearchParams());
  const order: string[] = [];
  let told: ((changes: Changes) => void) | undefined;
  const answers = new Map<keyof Commands, () => void>();
  const hold = new Set<keyof Commands>();
  const wrapped: Host = {
    drops: script.drops,
    async call(command, takes) {
      order.push(command);
      if (hold.has(command)) await new Promise<void>((go) => answers.set(command, go));
      return script.call(command, takes);
    },
    async listen(push, hear) {
      order.push(`listen ${push}`);
      if (push === 'changes') told = hear as (payload: Pushes['changes']) => void;
      return () => {};
    },
  };
  return {
    host: wrapped,
    order,
    hold,
    answer: (command: keyof Commands) => answers.get(command)?.(),
    tell: (some: Partial<Changes>) => told?.({ ...nothing, ...some }),
  };
}

describe('the store', () => {
  it('listens before it asks', async () => {
    const { host: script, order } = host();
    await new Store(script).start();
    expect(order.indexOf('listen changes')).toBeLessThan(order.indexOf('status'));
  });

  it('loses no change that comes while the first answer is under way', async () => {
    const { host: script, hold, answer, tell } = host();
    hold.add('status');
    const store = new Store(script);
    const started = store.start();
    await vi.waitFor(() => expect(() => answer('status')).not.toThrow());
    await vi.waitFor(() => tell({ removed_streams: ['stream-1'] }));
    answer('status');
    await started;
    expect(store.streams).toHaveLength(9);
    expect(store.stream('stream-1')).toBeUndefined();
  });

  it('replaces changed rows whole and leaves the others the same', async () => {
    const { host: script, tell } = host();
    const store = new Store(script);
    await store.start();
    const [first, second] = store.streams;
    tell({ streams: [{ ...first!, waiting: 7 }] });
    expect(store.streams[0]!.waiting).toBe(7);
    expect(store.streams[1]).toBe(second);
  });

  it('takes in a stream that is new, at the end', async () => {
    const { host: script, tell } = host();
    const store = new Store(script);
    await store.start();
    tell({ streams: [{ ...store.streams[0]!, id: 'fresh' }] });
    expect(store.streams.map(({ id }) => id).at(-1)).toBe('fresh');
  });

  it('says why it could not ask', async () => {
    const problem = { code: 'store-newer', summary: 'Newer.', next_steps: [] };
    const store = new Store({
      call: () => Promise.reject(problem),
      drops: () => Promise.resolve(() => {}),
      listen: () => Promise.resolve(() => {}),
    });
    await store.start();
    expect([store.ready, store.problem]).toEqual([false, problem]);
  });

  it('leaves it to the app to say why the store is shut', async () => {
    const problem = { code: 'store-newer', summary: 'Newer.', next_steps: [] };
    const { host: script } = host();
    const store = new Store({
      ...script,
      call: async (command, takes) => {
        if (command === 'status') throw problem;
        const answer = await script.call(command, takes);
        return command === 'app' ? Object.assign({}, answer, { problem }) : answer;
      },
    });
    await store.start();
    expect([store.ready, store.problem, store.app?.problem]).toEqual([false, null, problem]);
  });

  it('tells of new attempts by stream', async () => {
    const { host: script, tell } = host();
    const store = new Store(script);
    await store.start();
    tell({ attempts: ['stream-2'] });
    tell({ attempts: ['stream-2', 'stream-3'] });
    expect([store.attempts.get('stream-2'), store.attempts.get('stream-3')]).toEqual([2, 1]);
    expect(store.anyAttempt).toBe(2);
  });
});
