/**
 * One sample log entry on its way: its stages as they happen, then the report. Used by the
 * wizard before a stream exists and by *Send sample* after.
 */
import type { Problem, Stage, VerifyReport } from '../bindings/engine';
import type { Host } from '../host/host';
import { problemOf } from './problem';

/** After this long without an answer the page says what it waits for. */
const SLOW_MS = 10_000;

export type Phase = 'idle' | 'running' | 'done' | 'cancelled' | 'broken';

/** Sends under the id `run`; `verify` or `send_sample`. */
export type Send = (run: string) => Promise<VerifyReport>;

export class VerifyRun {
  phase: Phase = $state('idle');
  stages: Stage[] = $state.raw([]);
  report: VerifyReport | null = $state.raw(null);
  /** Why there is no report: the keychain is locked, say. */
  problem: Problem | null = $state.raw(null);
  slow = $state(false);
  #host: Host;
  #run = '';

  constructor(host: Host) {
    this.#host = host;
  }

  get accepted(): boolean {
    return this.phase === 'done' && this.report?.accepted === true;
  }

  get refused(): boolean {
    return this.phase === 'broken' || (this.phase === 'done' && !this.accepted);
  }

  /** Listens first and sends afterwards, so that no stage is missed. A run under way is left. */
  async start(send: Send): Promise<void> {
    const run = crypto.randomUUID();
    this.#run = run;
    this.phase = 'running';
    this.stages = [];
    this.problem = null;
    this.slow = false;
    const slow = setTimeout(() => this.#is(run) && (this.slow = true), SLOW_MS);
    let end: (() => void) | undefined;
    try {
      end = await this.#host.listen('stages', (pushed) => {
        if (pushed.run === run && this.#is(run)) this.stages = pushed.stages;
      });
      const report = await send(run);
      if (!this.#is(run)) return;
      this.report = report;
      this.stages = report.exchange.stages;
      this.phase = 'done';
    } catch (reason) {
      if (!this.#is(run)) return;
      this.report = null;
      this.problem = problemOf(reason);
      this.phase = 'broken';
    } finally {
      clearTimeout(slow);
      end?.();
    }
  }

  async cancel(): Promise<void> {
    if (this.phase !== 'running') return;
    const run = this.#run;
    this.#run = '';
    this.phase = 'cancelled';
    this.slow = false;
    // The run may have ended meanwhile; either way nobody waits for it any more.
    await this.#host.call('cancel_verify', { run }).catch(() => null);
  }

  /** Forgets what came back: the settings it spoke of have changed. */
  forget(): void {
    void this.cancel();
    this.phase = 'idle';
    this.stages = [];
    this.report = null;
    this.problem = null;
  }

  #is(run: string): boolean {
    return this.#run === run;
  }
}
