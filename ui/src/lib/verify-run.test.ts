import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Stage, VerifyReport } from '../bindings/engine';
import type { Pushes } from '../bindings/commands';
import type { Host } from '../host/host';
import { VerifyRun } from './verify-run.svelte';

const stage = (note: string): Stage => ({ kind: 'connect', state: 'done', note, elapsed_ms: 1 });
const report = (accepted: boolean): VerifyReport => ({
  accepted,
  headline: 'h',
  summary: 's',
  problem: null,
  sample: '{}',
  at: '2026-01-01T00:00:00Z',
  exchange: {
    request: {
      method: 'POST',
      url: 'https://a.example',
      http_version: 'HTTP/1.1',
      headers: [],
      body: '[]',
      body_bytes: 2,
      compressed_bytes: null,
    },
    response: null,
    stages: [stage('last')],
    curl: 'curl',
  },
});

function scripted() {
  const order: string[] = [];
  let hear: ((pushed: Pushes['stages']) => void) | undefined;
  const host: Host = {
    drops: async () => () => {},
    call: async (command) => {
      order.push(command);
      return null as never;
    },
    listen: async (push, heard) => {
      order.push(`listen ${push}`);
      hear = heard as never;
      return () => order.push(`left ${push}`);
    },
  };
  return { host, order, push: (run: string, stages: Stage[]) => hear?.({ run, stages }) };
}

describe('a sample on its way', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is listened to before it is sent, and its stages are shown as they come', async () => {
    const { host, order, push } = scripted();
    const run = new VerifyRun(host);
    let answer!: (report: VerifyReport) => void;
    let id = '';
    const under = run.start((given) => {
      order.push('send');
      id = given;
      return new Promise((done) => (answer = done));
    });
    await vi.waitFor(() => expect(order).toEqual(['listen stages', 'send']));
    push(id, [stage('first')]);
    push('another run', [stage('foreign')]);
    expect(run.stages.map((s) => s.note)).toEqual(['first']);
    answer(report(true));
    await under;
    expect(run.accepted).toBe(true);
    expect(run.stages.map((s) => s.note)).toEqual(['last']);
    expect(order.at(-1)).toBe('left stages');
  });

  it('says after ten seconds that it waits', async () => {
    const run = new VerifyRun(scripted().host);
    void run.start(() => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(9_999);
    expect(run.slow).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(run.slow).toBe(true);
  });

  it('is cancelled at once, whatever comes back later', async () => {
    const { host, order } = scripted();
    const run = new VerifyRun(host);
    let answer!: (report: VerifyReport) => void;
    const under = run.start(() => new Promise((done) => (answer = done)));
    await vi.waitFor(() => expect(answer).toBeDefined());
    await run.cancel();
    expect(order).toContain('cancel_verify');
    answer(report(true));
    await under;
    expect(run.phase).toBe('cancelled');
    expect(run.report).toBeNull();
  });

  it('keeps why it could not be sent at all', async () => {
    const run = new VerifyRun(scripted().host);
    const locked = { code: 'keychain-locked', summary: 'The keychain is locked.', next_steps: [] };
    await run.start(() => Promise.reject(locked));
    expect(run.refused).toBe(true);
    expect(run.problem).toEqual(locked);
  });
});
