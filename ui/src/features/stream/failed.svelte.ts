/**
 * The events that the provider refused for good. Discarding waits ten seconds for a change of
 * mind, wherever the person goes meanwhile; what is not yet discarded when the window closes stays.
 */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Problem, SetAsideView } from '../../bindings/engine';
import type { Host } from '../../host/host';
import { problemOf } from '../../lib/problem';

const PAGE = 100;
export const UNDO_MS = 10_000;

/** Events about to be discarded, by stream and number. */
const leaving = new SvelteMap<string, ReturnType<typeof setTimeout>>();

export class FailedList {
  all: SetAsideView[] = $state.raw([]);
  ready = $state(false);
  ended = $state(false);
  problem: Problem | null = $state.raw(null);
  reason = $state('');
  readonly selected = new SvelteSet<string>();
  readonly present = $derived(this.all.filter(({ seq }) => !leaving.has(this.#mark(seq))));
  readonly reasons = $derived([...new Set(this.present.map(shortOf))].sort());
  readonly shown = $derived(
    this.reason === ''
      ? this.present
      : this.present.filter((event) => shortOf(event) === this.reason),
  );

  #host: Host;
  #key: string;
  #busy = false;

  constructor(host: Host, key: string) {
    this.#host = host;
    this.#key = key;
  }

  /** Asks again for as many as are shown. */
  async refresh(): Promise<void> {
    await this.#guard(async () => {
      const limit = Math.max(PAGE, this.all.length);
      this.all = await this.#page(null, limit);
      this.ended = this.all.length < limit;
      const here = new Set(this.all.map(({ seq }) => String(seq)));
      for (const seq of this.selected) if (!here.has(seq)) this.selected.delete(seq);
      this.ready = true;
    });
  }

  async more(): Promise<void> {
    if (this.ended || !this.ready) return;
    await this.#guard(async () => {
      const next = await this.#page(this.all.at(-1)?.seq ?? null, PAGE);
      this.ended = next.length < PAGE;
      this.all = [...this.all, ...next];
    });
  }

  toggle(event: SetAsideView): void {
    const seq = String(event.seq);
    if (!this.selected.delete(seq)) this.selected.add(seq);
  }

  toggleAll(): void {
    const some = this.selected.size > 0;
    this.selected.clear();
    if (!some) for (const { seq } of this.shown) this.selected.add(String(seq));
  }

  /** `null`: all of them, those not shown yet included. */
  async replay(seqs: number[] | null): Promise<number> {
    const queued = await this.#host.call('replay_set_aside', { key: this.#key, seqs });
    this.#forget(seqs);
    return queued;
  }

  /** Answers how to undo it; `failed` hears why it could not be done after all. */
  discard(seqs: number[], failed: (reason: unknown) => void): () => void {
    const marks = seqs.map((seq) => this.#mark(seq));
    const timer = setTimeout(() => {
      this.#host
        .call('discard_set_aside', { key: this.#key, seqs })
        .then(() => this.#forget(seqs), failed)
        .finally(() => marks.forEach((mark) => leaving.delete(mark)));
    }, UNDO_MS);
    for (const [at, mark] of marks.entries()) {
      leaving.set(mark, timer);
      this.selected.delete(String(seqs[at]));
    }
    return () => {
      clearTimeout(timer);
      marks.forEach((mark) => leaving.delete(mark));
    };
  }

  #forget(seqs: number[] | null): void {
    const gone = seqs && new Set(seqs);
    this.all = gone ? this.all.filter(({ seq }) => !gone.has(seq)) : [];
    this.selected.clear();
  }

  #mark(seq: number): string {
    return `${this.#key} ${seq}`;
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await work();
      this.problem = null;
    } catch (reason) {
      this.problem = problemOf(reason);
    } finally {
      this.#busy = false;
    }
  }

  #page(after: number | null, limit: number): Promise<SetAsideView[]> {
    return this.#host.call('set_aside', { key: this.#key, after, limit });
  }
}

export function shortOf(event: SetAsideView): string {
  return event.reason.short ?? event.reason.summary;
}

/** Who did it and where, as far as the event says; it may be cut or of another shape. */
export function whoAndWhere(event: SetAsideView): { actor: string; project: string } {
  try {
    const parsed: unknown = JSON.parse(event.event);
    const actor = member(parsed, 'actorMetadata');
    return {
      actor:
        text(member(actor, 'email')) ||
        text(member(actor, 'name')) ||
        text(member(parsed, 'actor')),
      project: text(member(parsed, 'projectName')),
    };
  } catch {
    return { actor: '', project: '' };
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');
