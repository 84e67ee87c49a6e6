/** What the scripted host knows, and how it tells the page of a change. */
import type { Pushes } from '../../bindings/commands';
import type {
  AppView,
  AttemptView,
  Changes,
  Problem,
  SetAsideView,
  SourceView,
  StreamView,
} from '../../bindings/engine';
import type { PracticeView } from '../../bindings/practice';
import { attemptsOf, setAsideOf } from './attempts';
import { practiceView } from './practice';
import { everySource, twoSources } from './sources';
import { manyStreams, tenStreams } from './streams';

export const storeProblems: Record<string, Problem> = {
  newer: {
    code: 'store-newer',
    summary: 'The database was written by a newer version of Penstock.',
    cause: 'Penstock 0.9.0 opened this data folder before.',
    next_steps: [
      'Install the newer version again.',
      'Or start this version with another data folder: set `PENSTOCK_DATA_DIR`.',
    ],
    detail: 'schema 14, known up to 3',
  },
  rubbish: {
    code: 'store-not-a-database',
    summary: 'The file `penstock.db` is not a database.',
    cause: 'Another program wrote to it, or the disk is damaged.',
    next_steps: ['Put back a backup of the file.', 'Or move it away: Penstock then starts empty.'],
    detail: 'file is not a database',
  },
  readonly: {
    code: 'store-read-only',
    summary: 'Penstock may not write to its data folder.',
    next_steps: ['Give your user the right to write to the folder, then retry.'],
    detail: 'attempt to write a readonly database',
  },
  full: {
    code: 'disk-full',
    summary: 'The disk is full.',
    cause: 'Penstock keeps every event until it is delivered, and there is no room for more.',
    next_steps: ['Free some space on the disk that holds the data folder, then retry.'],
    detail: 'database or disk is full',
  },
};

const keychainLocked: Problem = {
  code: 'keychain-locked',
  summary: 'The keychain is locked.',
  cause: 'It was not unlocked when you logged in.',
  next_steps: [
    'Open **Passwords and Keys**, unlock the **Login** keyring, and try again.',
    'Events wait safely meanwhile.',
  ],
};

export class World {
  streams: StreamView[] = [];
  sources: SourceView[] = [];
  /** Events that came since the start. */
  arrived = 0;
  settings = new Map<string, string>();
  /** Of the journal, where a person set them. */
  bounds: { limit_bytes?: number | null; keep_free_bytes?: number; keep_days?: number } = {};
  practice: PracticeView;
  app: AppView;
  #attempts = new Map<string, AttemptView[]>();
  #setAside = new Map<string, SetAsideView[]>();
  #heard = new Map<string, Set<(payload: never) => void>>();

  constructor(scenario: string, asked: URLSearchParams) {
    const now = Date.now();
    this.practice = practiceView(now, asked.get('practice') === 'on');
    this.app = {
      version: '0.1.0',
      data_dir: '/home/ada/.local/share/penstock',
      delivering: { kind: 'here' },
      vault: { name: 'OS keychain', writable: true, problem: null },
      problem: null,
      suggested_listen: '127.0.0.1:8787',
    };
    const theme = asked.get('theme');
    if (theme) this.settings.set('theme', theme);
    if (scenario === 'empty') return;
    this.streams =
      scenario === 'thousand'
        ? manyStreams(now, 1_000)
        : scenario === 'two-hundred'
          ? manyStreams(now, 200)
          : tenStreams(now);
    this.sources = scenario === 'sources' ? everySource(now) : twoSources(now);
    if (scenario === 'healthy')
      this.streams = this.streams.filter(({ status }) => status === 'healthy');
    if (scenario === 'store-problem') {
      this.app.problem = storeProblems[asked.get('problem') ?? 'newer'] ?? null;
      this.app.delivering = { kind: 'nobody' };
      this.streams = [];
      this.sources = [];
    }
    if (scenario === 'keychain-locked') this.app.vault.problem = keychainLocked;
    if (scenario === 'stopped') this.app.delivering = { kind: 'nobody' };
    if (scenario === 'guest') this.app.delivering = { kind: 'elsewhere', pid: 4_711 };
  }

  stream(key: string): StreamView {
    const found = this.streams.find(({ id }) => id === key);
    if (!found) throw problem('stream-gone', 'There is no such stream any more.');
    return found;
  }

  source(key: string): SourceView {
    const found = this.sources.find(({ id }) => id === key);
    if (!found) throw problem('source-gone', 'There is no such source any more.');
    return found;
  }

  attempts(key: string): AttemptView[] {
    const known = this.#attempts.get(key) ?? attemptsOf(this.stream(key), Date.now());
    this.#attempts.set(key, known);
    return known;
  }

  setAside(key: string): SetAsideView[] {
    const known = this.#setAside.get(key) ?? setAsideOf(this.stream(key), Date.now());
    this.#setAside.set(key, known);
    return known;
  }

  takeSetAside(key: string, seqs: number[] | null): number {
    const all = this.setAside(key);
    const kept = seqs === null ? [] : all.filter(({ seq }) => !seqs.includes(seq));
    this.#setAside.set(key, kept);
    this.change(key, { set_aside: kept.length });
    return all.length - kept.length;
  }

  /** Changes a stream and tells the page. */
  change(key: string, change: Partial<StreamView>): StreamView {
    const fresh = { ...this.stream(key), ...change };
    this.streams = this.streams.map((stream) => (stream.id === key ? fresh : stream));
    this.tell({ streams: [fresh] });
    return fresh;
  }

  changeSource(key: string, change: Partial<SourceView>): SourceView {
    const fresh = { ...this.source(key), ...change };
    this.sources = this.sources.map((source) => (source.id === key ? fresh : source));
    this.tell({ sources: [fresh] });
    return fresh;
  }

  /** Events come, as a source would bring them. */
  arrive(events: number): void {
    this.arrived += events;
    this.tell({});
  }

  tell(some: Partial<Changes>): void {
    this.push('changes', {
      streams: [],
      removed_streams: [],
      sources: [],
      removed_sources: [],
      journal: null,
      app: null,
      attempts: [],
      ...some,
    });
  }

  push<P extends keyof Pushes>(push: P, payload: Pushes[P]): void {
    for (const hear of this.#heard.get(push) ?? []) hear(structuredClone(payload) as never);
  }

  listen(push: keyof Pushes, hear: (payload: never) => void): () => void {
    const all = this.#heard.get(push) ?? new Set();
    this.#heard.set(push, all.add(hear));
    return () => all.delete(hear);
  }
}

export function problem(code: string, summary: string, more: Partial<Problem> = {}): Problem {
  return { code, summary, next_steps: [], ...more };
}
