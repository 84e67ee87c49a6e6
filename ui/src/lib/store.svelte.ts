/**
 * What the whole page knows: streams, sources, journal and app, as Rust last told them. Filled
 * once by `status` and kept up by the pushes `changes`; the page never polls. Rows are replaced
 * whole, so an unchanged row keeps its identity.
 */
import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type {
  About,
  AppView,
  Changes,
  JournalView,
  Problem,
  SourceAbout,
  SourceView,
  StreamView,
} from '../bindings/engine';
import type { Host } from '../host/host';
import { problemOf } from './problem';
import { Rate } from './rate';

export class Store {
  streams: StreamView[] = $state.raw([]);
  sources: SourceView[] = $state.raw([]);
  journal: JournalView | null = $state.raw(null);
  app: AppView | null = $state.raw(null);
  providers: About[] = $state.raw([]);
  /** The kinds of sources there are. */
  kinds: SourceAbout[] = $state.raw([]);
  /** True once `status` has answered. */
  ready = $state(false);
  /** Why it did not answer. */
  problem: Problem | null = $state.raw(null);
  /** When Rust last told something. */
  updatedAt = $state(0);

  /** Grows with each push that brings new attempts, by stream. */
  readonly attempts = new SvelteMap<string, number>();
  /** The same, whichever stream. */
  anyAttempt = $state(0);

  #intake = new Rate();
  #host: Host;
  #early: Changes[] = [];
  #stop: (() => void) | null = null;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Subscribes first and asks afterwards, so that no change in between is lost. */
  async start(): Promise<void> {
    try {
      this.#stop ??= await this.#host.listen('changes', (changes) => this.#heard(changes));
      const asked = this.#host.call('status', {});
      // A store that is shut has none; then the app says why.
      asked.catch(() => {});
      [this.app, this.providers, this.kinds] = await Promise.all([
        this.#host.call('app', {}),
        this.#host.call('providers', {}),
        this.#host.call('source_kinds', {}),
      ]);
      if (this.app.problem) return;
      const { streams, sources, journal } = await asked;
      this.streams = streams;
      this.sources = sources;
      this.journal = journal;
      this.problem = null;
      this.ready = true;
      performance.mark('data');
      this.#told();
      for (const changes of this.#early.splice(0)) this.apply(changes);
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  /** Tries again to open the store. */
  async reopen(): Promise<void> {
    this.app = await this.#host.call('reopen', {});
    if (!this.app.problem) await this.start();
  }

  /** Looks again at what the app says of itself, the keychain above all. */
  async look(): Promise<void> {
    this.app = await this.#host.call('app', {});
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  stream(key: string): StreamView | undefined {
    return this.streams.find((stream) => stream.id === key);
  }

  source(key: string | null): SourceView | undefined {
    return this.sources.find((source) => source.id === key);
  }

  provider(id: string): About | undefined {
    return this.providers.find((provider) => provider.id === id);
  }

  kind(id: string): SourceAbout | undefined {
    return this.kinds.find((kind) => kind.id === id);
  }

  /** A command's answer is taken at once; the push that follows says the same. */
  put(stream: StreamView): void {
    this.streams = replaced(this.streams, [stream], []);
  }

  putSource(source: SourceView): void {
    this.sources = replaced(this.sources, [source], []);
  }

  drop(key: string): void {
    this.streams = replaced(this.streams, [], [key]);
  }

  dropSource(key: string): void {
    this.sources = replaced(this.sources, [], [key]);
  }

  apply(changes: Changes): void {
    if (changes.streams.length + changes.removed_streams.length > 0)
      this.streams = replaced(this.streams, changes.streams, changes.removed_streams);
    if (changes.sources.length + changes.removed_sources.length > 0)
      this.sources = replaced(this.sources, changes.sources, changes.removed_sources);
    if (changes.journal) this.journal = changes.journal;
    if (changes.app) this.app = changes.app;
    for (const key of changes.attempts) this.attempts.set(key, (this.attempts.get(key) ?? 0) + 1);
    if (changes.attempts.length > 0) this.anyAttempt += 1;
    this.#told();
  }

  /** Events that the sources take; from the present hour until a minute was watched. */
  perMinute(now: number): number {
    const watched = this.#intake.perMinute(now);
    if (watched !== null) return watched;
    let events = 0;
    let since = now;
    for (const { hours } of this.sources) {
      for (const hour of hours.slice(-2)) {
        events += hour.delivered;
        since = Math.min(since, Date.parse(hour.from));
      }
    }
    return now > since ? Math.round((events / (now - since)) * 60_000) : 0;
  }

  #told(): void {
    this.updatedAt = Date.now();
    this.#intake.note(
      this.updatedAt,
      this.sources.reduce((sum, { events }) => sum + events, 0),
    );
  }

  #heard(changes: Changes): void {
    if (this.ready) this.apply(changes);
    else this.#early.push(changes);
  }
}

function replaced<Row extends { id: string }>(rows: Row[], changed: Row[], removed: string[]) {
  const news = new Map(changed.map((row) => [row.id, row]));
  const gone = new Set(removed);
  const kept: Row[] = [];
  for (const row of rows) {
    if (gone.has(row.id)) continue;
    const fresh = news.get(row.id);
    kept.push(fresh ?? row);
    if (fresh) news.delete(row.id);
  }
  for (const row of news.values()) if (!gone.has(row.id)) kept.push(row);
  return kept;
}

export const [useStore, provideStore] = createContext<Store>();
export const [useHost, provideHost] = createContext<Host>();
