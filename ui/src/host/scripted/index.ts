/**
 * A host of scripted data, for tests and for looking at the page in a plain browser. Never part
 * of the app.
 *
 * - `?scenario=` `ten` (as drawn), `empty`, `two-hundred`, `thousand`, `healthy`, `sources` (one of each kind), `guest`, `stopped`,
 *   `keychain-locked`, `store-problem` (with `problem=` `newer`, `rubbish`, `readonly`, `full`),
 *   `failing` (every call that changes something is refused), `silent` (no answer at all)
 * - `live=MS` pushes changes at that pace; `pace=MS` is the time of a stage of Verify
 * - `theme=`, `practice=on`
 */
import type { Commands } from '../../bindings/commands';
import type {
  FieldError,
  JournalView,
  SourceCheck,
  SourceCreated,
  SourceDraft,
  SourceView,
} from '../../bindings/engine';
import type { Host } from '../host';
import { detailOf, throughputOf } from './attempts';
import { checked, createdStream } from './drafts';
import { practiceView } from './practice';
import { providers } from './providers';
import { KINDS } from './kinds';
import { choices, eventOf, eventsOf, previewOf } from './live';
import { PLAIN, refusedSource, tested, unreadableOf } from './sources';
import { hours } from './streams';
import { cancel, sample, targetOf, targetOfStream, verify } from './verify';
import { problem, World } from './world';

type Answers = {
  [C in keyof Commands]: (
    takes: Commands[C]['takes'],
  ) => Commands[C]['answers'] | Promise<Commands[C]['answers']>;
};

/** Everything that was asked, for tests: `window.asked`. */
export type Asked = { command: keyof Commands; takes: unknown };

const READS =
  /^(app|providers|status|stream|check_draft|throughput|attempts?|set_aside|practice|setting|source_kinds|check_source|unreadable|filter_choices|preview_filter|events?)$/;

export function scriptedHost(asked: URLSearchParams): Host {
  const scenario = asked.get('scenario') ?? 'ten';
  const world = new World(scenario, asked);
  const pace = Number(asked.get('pace') ?? 120);
  const answers = answersOf(world, pace);
  const calls: Asked[] = [];
  Object.assign(window, { asked: calls, world });
  const live = Number(asked.get('live') ?? 0);
  if (live > 0) setInterval(() => liveTick(world), live);

  return {
    async call(command, takes) {
      calls.push({ command, takes: structuredClone(takes) });
      if (scenario === 'silent') return new Promise(() => {});
      if (scenario === 'failing' && !READS.test(command))
        throw problem('disk-full', 'The disk is full.', {
          next_steps: ['Free some space, then try again.'],
        });
      const answer = await (answers[command] as (takes: unknown) => unknown)(takes);
      return structuredClone(answer) as never;
    },
    async listen(push, hear) {
      return world.listen(push, hear);
    },
    async drops(heard) {
      // Tests drop with `window.drop`.
      Object.assign(window, { drop: heard });
      return () => {};
    },
  };
}

function journal(world: World): JournalView {
  const waiting = world.streams.reduce((sum, { waiting }) => sum + waiting, 0);
  return {
    first_seq: 1,
    last_seq: 1_805_092,
    events: 1_805_092,
    bytes: 412_000_000,
    oldest_at: new Date(Date.now() - 7 * 86_400_000).toISOString(),
    limit_bytes: null,
    keep_free_bytes: 512 * 2 ** 20,
    disk_free_bytes: 84_000_000_000,
    keep_days: 7,
    ...world.bounds,
    waiting,
    problem: null,
  };
}

function answersOf(world: World, pace: number): Answers {
  return {
    app: () => {
      let port = 8_787;
      while (world.sources.some(({ listen }) => listen === `127.0.0.1:${port}`)) port += 1;
      return { ...world.app, suggested_listen: `127.0.0.1:${port}` };
    },
    reopen: () => {
      world.app = { ...world.app, problem: null, delivering: { kind: 'here' } };
      world.tell({ app: world.app });
      return world.app;
    },
    providers: () => providers,
    status: () => ({ streams: world.streams, sources: world.sources, journal: journal(world) }),
    stream: ({ key }) => world.stream(key),
    check_draft: ({ draft }) => checked(world, draft),
    verify: ({ run, draft, sample: own }) =>
      verify(world, run, targetOf(draft), own ?? sample, pace),
    send_sample: ({ run, key, sample: own }) =>
      verify(world, run, targetOfStream(world.stream(key)), own ?? sample, pace),
    cancel_verify: ({ run }) => {
      cancel(run);
      return null;
    },
    create_stream: ({ draft, verified, paused }) => {
      const fresh = createdStream(world, draft, verified, paused);
      world.streams = [...world.streams, fresh];
      world.tell({ streams: [fresh] });
      return fresh;
    },
    update_stream: ({ draft, verified }) =>
      world.change(draft.stream ?? '', {
        name: draft.name,
        source: draft.source,
        details: checked(world, draft).details,
        verified,
      }),
    delete_stream: ({ key }) => {
      world.streams = world.streams.filter(({ id }) => id !== key);
      world.tell({ removed_streams: [key] });
      return null;
    },
    pause_stream: ({ key }) =>
      world.change(key, { status: 'paused', paused_at: new Date().toISOString(), reason: null }),
    resume_stream: ({ key }) =>
      world.change(key, { status: 'healthy', paused_at: null, reason: null, waiting: 0 }),
    retry_stream: ({ key }) => {
      const stream = world.stream(key);
      if (stream.status !== 'retrying') return world.change(key, { tries: stream.tries + 1 });
      return world.change(key, { status: 'healthy', reason: null, waiting: 0, tries: 0 });
    },
    replay_stream: ({ key }) => world.change(key, { waiting: 12_000 }),
    throughput: ({ key, range }) => throughputOf(world.stream(key), range, Date.now()),
    attempts: ({ key, before, limit }) => {
      const all = key
        ? world.attempts(key)
        : world.streams
            .slice(0, 10)
            .flatMap(({ id }) => world.attempts(id))
            .sort((a, b) => b.at.localeCompare(a.at));
      const from = before === null ? 0 : all.findIndex(({ id }) => id === before) + 1;
      return all.slice(from, from + limit);
    },
    attempt: ({ id }) => {
      for (const stream of world.streams) {
        const found = world.attempts(stream.id).find((attempt) => attempt.id === id);
        if (found) return detailOf(stream, found);
      }
      throw problem('attempt-gone', 'This attempt is no longer kept.');
    },
    set_aside: ({ key, after, limit }) => {
      const all = world.setAside(key);
      const from = after === null ? 0 : all.findIndex(({ seq }) => seq === after) + 1;
      return all.slice(from, from + limit);
    },
    replay_set_aside: ({ key, seqs }) => world.takeSetAside(key, seqs),
    discard_set_aside: ({ key, seqs }) => world.takeSetAside(key, seqs),
    export_set_aside: ({ key }) => world.setAside(key).length,
    filter_choices: () => choices,
    preview_filter: ({ ask }) => previewOf(ask),
    set_filter: ({ key, filter }) => world.change(key, { filter }),
    set_redaction: ({ key, redaction }) => world.change(key, { redaction }),
    new_redaction_key: ({ key }) => world.stream(key),
    events: ({ ask }) => eventsOf(world, ask),
    event: ({ seq }) => eventOf(world, seq),
    source_kinds: () => KINDS,
    check_source: ({ draft }) => checkedSource(draft),
    test_source_draft: ({ draft }) => tested(draft.kind, draft.details),
    test_source: ({ key }) => tested(world.source(key).kind, world.source(key).details),
    update_source: ({ draft }) => {
      const refusal = refusedSource(world, draft.name, draft.source);
      if (refusal) throw refusal;
      return world.changeSource(draft.source ?? '', { name: draft.name, details: draft.details });
    },
    unreadable: ({ key, before, limit }) =>
      unreadableOf(world.source(key), Date.now())
        .filter(({ id }) => before === null || id < before)
        .slice(0, limit),
    discard_unreadable: ({ key }) => {
      const { unreadable } = world.source(key);
      world.changeSource(key, { unreadable: 0 });
      return unreadable;
    },
    create_source: ({ draft }) => createdSource(world, draft),
    delete_source: ({ key }) => {
      world.sources = world.sources.filter(({ id }) => id !== key);
      world.tell({ removed_sources: [key] });
      return null;
    },
    pause_source: ({ key }) => world.changeSource(key, { status: 'paused' }),
    resume_source: ({ key }) => world.changeSource(key, { status: 'listening' }),
    reveal_token: () => 'pst_scripted-token-of-the-intake',
    rotate_token: () => 'pst_scripted-token-after-rotation',
    copy_curl: () => null,
    set_journal_bounds: ({ bounds }) => {
      const { limit_bytes: limit, ...others } = bounds;
      Object.assign(world.bounds, others);
      if (limit !== undefined) world.bounds.limit_bytes = limit === 0 ? null : limit;
      return journal(world);
    },
    copy_text: () => null,
    save_file: () => true,
    choose_file: () => '/home/ada/events.ndjson',
    open_link: () => null,
    practice: () => world.practice,
    start_practice: () => practice(world, true),
    stop_practice: () => practice(world, false),
    set_practice_fault: ({ fault }) => {
      world.practice = { ...world.practice, fault };
      world.push('practice', world.practice);
      return world.practice;
    },
    clear_practice: () => {
      world.practice = { ...world.practice, arrivals: [], events: 0, requests: 0 };
      return world.practice;
    },
    setting: ({ key }) => world.settings.get(key) ?? null,
    set_setting: ({ key, value }) => {
      world.settings.set(key, value);
      return null;
    },
  };
}

function practice(world: World, running: boolean) {
  world.practice = practiceView(Date.now(), running);
  world.push('practice', world.practice);
  return world.practice;
}

function checkedSource(draft: SourceDraft): SourceCheck {
  const fields = KINDS.find(({ id }) => id === draft.kind)?.fields ?? [];
  const errors: FieldError[] = [];
  for (const field of fields) {
    const value = draft.details[field.name];
    if (field.required && !value)
      errors.push({ field: field.name, message: `Enter the ${field.label}. ${field.help}` });
    else if (typeof value === 'string' && field.pattern && !new RegExp(field.pattern).test(value))
      errors.push({ field: field.name, message: `It looks like ${field.example}.` });
  }
  return { errors, warnings: [], details: draft.details };
}

function createdSource(world: World, { name, kind, details }: SourceDraft): SourceCreated {
  const refusal = refusedSource(world, name, null);
  if (refusal) throw refusal;
  const about = KINDS.find(({ id }) => id === kind);
  const listens = about?.fields.some((field) => field.name === 'listen') ?? false;
  const listen = listens ? String(details['listen'] ?? world.app.suggested_listen) : null;
  const taken =
    listen !== null &&
    (world.sources.some((other) => other.listen === listen) || listen.endsWith(':8080'));
  if (taken)
    throw problem('port-taken', `Another program already listens on ${listen}.`, {
      cause: 'Find it with `ss -ltnp`.',
      next_steps: ['Take port 8790, which is free, or end the other program.'],
      field: 'listen',
      evidence: '127.0.0.1:8790',
    });
  const now = Date.now();
  const fresh: SourceView = {
    ...PLAIN,
    id: `source-new-${world.sources.length}`,
    name,
    kind,
    kind_name: about?.name ?? kind,
    status: listen ? 'listening' : 'catching_up',
    problem: null,
    listen,
    url: listen && `http://${listen}/v1/events`,
    token: listen ? 'saved' : null,
    progress: listen ? null : { done: 1_000_000, total: 4_000_000, measure: 'bytes' },
    events: 0,
    events_24h: 0,
    refused_24h: 0,
    last_event_at: null,
    last_refusal: null,
    largest_event_bytes: 0,
    hours: hours(now, 5, 'none'),
    streams: world.streams.filter(({ source }) => source === null).map(({ id }) => id),
    details: listen ? { ...details, listen } : details,
    created_at: new Date(now).toISOString(),
  };
  world.sources = [...world.sources, fresh];
  world.tell({ sources: [fresh] });
  const { id, url } = fresh;
  const token = listen && 'pst_scripted-token-of-the-intake';
  return { id, name, kind, listen, url, token, fingerprint: null };
}

/** A moment in the life of streams that deliver. */
function liveTick(world: World): void {
  const now = new Date().toISOString();
  const moved = world.streams
    .filter(({ status }) => status === 'healthy')
    .map((stream) => {
      const some = 1 + Math.floor(Math.random() * 12);
      return {
        ...stream,
        delivered: stream.delivered + some,
        delivered_24h: stream.delivered_24h + some,
        last_delivered_at: now,
        hours: stream.hours.map((hour, at) =>
          at === stream.hours.length - 1 ? { ...hour, delivered: hour.delivered + some } : hour,
        ),
      };
    });
  const fresh = new Map(moved.map((stream) => [stream.id, stream]));
  world.streams = world.streams.map((stream) => fresh.get(stream.id) ?? stream);
  world.sources = world.sources.map((source) => ({
    ...source,
    events: source.events + moved.length * 3,
    events_24h: source.events_24h + moved.length * 3,
    last_event_at: now,
  }));
  world.tell({
    streams: moved,
    sources: world.sources,
    journal: journal(world),
    attempts: [],
  });
}
