/**
 * Attempts of one stream, or of all: newest first, older ones on request, new ones joined on top
 * when a push says that there are some.
 */
import type { AttemptView, Problem } from '../bindings/engine';
import type { Host } from '../host/host';
import { problemOf } from './problem';

const PAGE = 100;
/** While filtered, so many pages are looked through for more to show. */
const LOOK = 5;

export type Show = 'all' | 'problems';

export class Attempts {
  all: AttemptView[] = $state.raw([]);
  show: Show = $state('all');
  /** Nothing older is kept. */
  ended = $state(false);
  /** The first answer is there. */
  ready = $state(false);
  problem: Problem | null = $state.raw(null);
  readonly shown = $derived(
    this.show === 'all' ? this.all : this.all.filter(({ outcome }) => outcome !== 'accepted'),
  );

  #host: Host;
  #key: string | null;
  #busy = false;
  #again = false;

  /** `key`: the stream; `null`: all of them. */
  constructor(host: Host, key: string | null) {
    this.#host = host;
    this.#key = key;
  }

  /** Joins what is new on top. Told while it is under way, it looks once more afterwards. */
  async refresh(): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    await this.#guard(async () => {
      const newest = await this.#page(null);
      const last = newest.at(-1);
      const known = last === undefined || this.all.some(({ id }) => id === last.id);
      const fresh = new Set(newest.map(({ id }) => id));
      // A gap would be shown as if nothing had been sent: then it starts anew.
      this.all = known ? [...newest, ...this.all.filter(({ id }) => !fresh.has(id))] : newest;
      if (!known || !this.ready) this.ended = newest.length < PAGE;
      this.ready = true;
    });
  }

  async more(): Promise<void> {
    if (this.#busy || this.ended || !this.ready) return;
    await this.#guard(async () => {
      const before = this.shown.length;
      for (let looked = 0; looked < LOOK && !this.ended; looked++) {
        const older = await this.#page(this.all.at(-1)?.id ?? null);
        this.ended = older.length < PAGE;
        this.all = [...this.all, ...older];
        if (this.shown.length - before >= PAGE / 2) break;
      }
    });
  }

  async choose(show: Show): Promise<void> {
    this.show = show;
    if (this.shown.length < PAGE / 2) await this.more();
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    this.#busy = true;
    try {
      await work();
      this.problem = null;
    } catch (reason) {
      this.problem = problemOf(reason);
    } finally {
      this.#busy = false;
    }
    if (this.#again) {
      this.#again = false;
      await this.refresh();
    }
  }

  #page(before: number | null): Promise<AttemptView[]> {
    return this.#host.call('attempts', { key: this.#key, before, limit: PAGE });
  }
}

/** What one row says at its end; `newer` are the attempts after it, newest first. */
export type Note =
  | { kind: 'next'; at: string }
  | { kind: 'delivered'; on: number }
  | { kind: 'first' | 'sample' | 'split' }
  | { kind: 'failed'; events: number }
  | null;

export function noteOf(attempt: AttemptView, newer: AttemptView[]): Note {
  if (attempt.sample) return { kind: 'sample' };
  if (attempt.set_aside > 0) return { kind: 'failed', events: attempt.set_aside };
  if (attempt.outcome === 'split') return { kind: 'split' };
  if (attempt.outcome !== 'retry' && attempt.outcome !== 'hold') return null;
  const later = newer.filter(
    (other) => other.stream === attempt.stream && other.first_seq === attempt.first_seq,
  );
  const won = later.find(({ outcome }) => outcome === 'accepted');
  if (won) return { kind: 'delivered', on: won.attempt };
  if (later.length === 0 && attempt.next_try_at) return { kind: 'next', at: attempt.next_try_at };
  return attempt.outcome === 'hold' && attempt.attempt === 1 ? { kind: 'first' } : null;
}

/** How an outcome looks: nobody acts, Penstock does, or a person has to. */
export function toneOf({ outcome }: AttemptView): 'ok' | 'warn' | 'bad' {
  if (outcome === 'accepted') return 'ok';
  return outcome === 'hold' || outcome === 'set_aside' ? 'bad' : 'warn';
}
