/**
 * The journal's newest events as they come. While a person looks at older ones, new ones are held
 * back and counted; what is shown stays where it is. Draws nothing.
 */
import type { EventRow, Problem } from '../../bindings/engine';
import type { Host } from '../../host/host';
import { problemOf } from '../../lib/problem';

const PAGE = 100;
/** Newest rows whose fates are looked at again when something changed. */
const AGAIN = 200;
/** Rows that are kept; older ones are asked for anew. */
const KEPT = 5_000;
/** Pages looked through at once for one that has something to show. */
const LOOK = 8;

export class LiveEvents {
  rows: EventRow[] = $state.raw([]);
  /** New ones that are not shown yet, newest first. */
  held: EventRow[] = $state.raw([]);
  search = $state('');
  source = $state('');
  stream = $state('');
  /** New ones are held back. */
  paused = $state(false);
  ready = $state(false);
  /** There is nothing older. */
  ended = $state(false);
  /** Looking back found nothing more yet, but there is more to look through. */
  tired = $state(false);
  problem: Problem | null = $state.raw(null);

  #host: Host;
  #back: number | null = null;
  #busy = false;
  #again = false;
  /** Grows with each new question; answers to older ones are dropped. */
  #asked = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  get narrowed(): boolean {
    return this.search.trim() !== '' || this.source !== '' || this.stream !== '';
  }

  /** Begins anew, as what is looked for has changed. */
  async start(): Promise<void> {
    this.#asked += 1;
    this.#busy = false;
    this.#again = false;
    this.rows = [];
    this.held = [];
    this.#back = null;
    this.ended = false;
    this.tired = false;
    this.ready = false;
    await this.more();
  }

  /** Looks at what is new, and at where the newest stand now. */
  async refresh(): Promise<void> {
    if (!this.ready || this.#busy) {
      this.#again = true;
      return;
    }
    await this.#guard(async (current) => {
      const newest = this.held[0]?.seq ?? this.rows[0]?.seq ?? 0;
      const limit = Math.min(AGAIN, Math.max(PAGE, this.held.length + this.rows.length));
      const page = await this.#page(null, limit);
      if (!current()) return;
      // More came than one page holds: a gap would look as if nothing had come.
      if (page.more && newest > 0 && page.looked_back_to > newest) {
        this.rows = this.paused ? this.rows : page.rows;
        this.held = this.paused ? page.rows : [];
        if (!this.paused) this.#lookedBackTo(page);
        return;
      }
      const fates = new Map(page.rows.map((row) => [row.seq, row]));
      const fresh = page.rows.filter(({ seq }) => seq > newest);
      this.rows = this.rows.map((row) => fates.get(row.seq) ?? row);
      this.held = [...fresh, ...this.held.map((row) => fates.get(row.seq) ?? row)];
      if (!this.paused) this.show();
    });
  }

  /** Shows what was held back. */
  show(): void {
    if (this.held.length === 0) return;
    this.rows = [...this.held, ...this.rows].slice(0, KEPT);
    this.held = [];
    if (this.rows.length === KEPT) {
      this.#back = this.rows.at(-1)!.seq;
      this.ended = false;
    }
  }

  resume(): void {
    this.paused = false;
    this.show();
  }

  /** Older ones. */
  async more(): Promise<void> {
    if (this.#busy || this.ended) return;
    await this.#guard(async (current) => {
      this.tired = false;
      for (let looked = 0; looked < LOOK; looked += 1) {
        const page = await this.#page(this.#back, PAGE);
        if (!current()) return;
        const known = new Set(this.rows.map(({ seq }) => seq));
        this.rows = [...this.rows, ...page.rows.filter(({ seq }) => !known.has(seq))];
        this.#lookedBackTo(page);
        this.ready = true;
        if (this.ended || page.rows.length > 0) return;
      }
      this.tired = true;
    });
  }

  #lookedBackTo(page: { looked_back_to: number; more: boolean }): void {
    this.#back = page.looked_back_to;
    this.ended = !page.more;
  }

  async #guard(work: (current: () => boolean) => Promise<void>): Promise<void> {
    const asked = this.#asked;
    const current = () => asked === this.#asked;
    this.#busy = true;
    try {
      await work(current);
      if (current()) this.problem = null;
    } catch (reason) {
      if (current()) this.problem = problemOf(reason);
    }
    if (!current()) return;
    this.#busy = false;
    if (this.#again) {
      this.#again = false;
      await this.refresh();
    }
  }

  #page(before: number | null, limit: number) {
    return this.#host.call('events', {
      ask: {
        before,
        after: null,
        search: this.search.trim() || null,
        source: this.source || null,
        stream: this.stream || null,
        limit,
      },
    });
  }
}
