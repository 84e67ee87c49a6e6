import type { Problem, SourceTest, SourceView, UnreadableView } from '../../bindings/engine';
import { KINDS } from './kinds';
import { hours, iso } from './streams';
import { problem, type World } from './world';

/** What only sources of other kinds have. */
export const PLAIN = {
  kind_name: 'HTTP intake',
  old_token_until: null,
  certificate: null,
  progress: null,
  up_to: null,
  left_out: 0,
  unreadable: 0,
  secrets: {},
  warning: null,
} satisfies Partial<SourceView>;

const clockOff = problem('clock-off', 'This computer’s clock is 7 minutes behind Infisical’s.', {
  cause: 'The clock or the time zone of this computer is set wrong.',
  next_steps: [
    'Let the operating system set the clock by itself (NTP).',
    'Events keep flowing meanwhile: Penstock reads by Infisical’s clock.',
  ],
  short: 'Clock is off',
});

export function twoSources(now: number): SourceView[] {
  return [
    {
      ...PLAIN,
      id: 'intake',
      name: 'HTTP intake',
      kind: 'http_intake',
      status: 'listening',
      problem: null,
      listen: '127.0.0.1:8787',
      url: 'http://127.0.0.1:8787/v1/events',
      token: 'saved',
      events: 1_402_212,
      events_24h: 21_802,
      refused_24h: 2,
      last_event_at: iso(now - 2_000),
      last_refusal: '401 from 127.0.0.1: the token is not this intake’s.',
      largest_event_bytes: 38_000,
      hours: hours(now, 71, 'day'),
      streams: [1, 2, 3, 4, 5, 8, 9].map((at) => `stream-${at}`),
      details: { listen: '127.0.0.1:8787' },
      created_at: iso(now - 40 * 86_400_000),
    },
    {
      ...PLAIN,
      id: 'platform',
      name: 'Platform services',
      kind: 'http_intake',
      status: 'listening',
      problem: null,
      listen: '127.0.0.1:8788',
      url: 'http://127.0.0.1:8788/v1/events',
      token: 'saved',
      events: 402_880,
      events_24h: 9_312,
      refused_24h: 0,
      last_event_at: iso(now - 4_000),
      last_refusal: null,
      largest_event_bytes: 4_100,
      hours: hours(now, 72, 'flat', { peak: 700 }),
      streams: [6, 7, 8, 10].map((at) => `stream-${at}`),
      details: { listen: '127.0.0.1:8788' },
      created_at: iso(now - 20 * 86_400_000),
    },
  ];
}

/** One of each kind, in the states that only sources which read by themselves have. */
export function everySource(now: number): SourceView[] {
  const [intake] = twoSources(now);
  const reads = {
    ...PLAIN,
    listen: null,
    url: null,
    token: null,
    problem: null,
    refused_24h: 0,
    last_refusal: null,
    largest_event_bytes: 5_200,
    created_at: iso(now - 9 * 86_400_000),
  };
  return [
    {
      ...reads,
      id: 'organisation',
      name: 'Larkfield Group',
      kind: 'infisical',
      kind_name: 'Infisical',
      status: 'catching_up',
      progress: { done: 5_400_000_000, total: 7_776_000_000, measure: 'time' },
      up_to: iso(now - 27 * 86_400_000),
      events: 184_220,
      events_24h: 184_220,
      left_out: 412,
      warning: clockOff,
      last_event_at: iso(now - 1_000),
      hours: hours(now, 73, 'day'),
      streams: ['stream-1', 'stream-2', 'stream-3'],
      details: {
        site: 'eu',
        client_id: '6f1c2a34-5b67-4c89-9d01-23456789abcd',
        start: '90d',
        leave_out_own: true,
      },
      secrets: { client_secret: 'saved', access_token: 'missing' },
    },
    {
      ...intake!,
      old_token_until: iso(now + 3_000_000),
    },
    {
      ...reads,
      id: 'vault-log',
      name: 'vault-audit.log',
      kind: 'file',
      kind_name: 'File',
      status: 'watching',
      up_to: null,
      events: 9_000,
      events_24h: 312,
      unreadable: 3,
      last_event_at: iso(now - 60_000),
      hours: hours(now, 74, 'flat', { peak: 40 }),
      streams: ['stream-6'],
      details: { path: '/var/log/vault/audit.log', start: 'begin' },
    },
    {
      ...reads,
      id: 'import',
      name: 'old-events.ndjson',
      kind: 'file',
      kind_name: 'File',
      status: 'catching_up',
      progress: { done: 84_200_000, total: 120_000_000, measure: 'bytes' },
      events: 96_000,
      events_24h: 96_000,
      last_event_at: iso(now - 500),
      hours: hours(now, 75, 'flat', { peak: 4_000 }),
      streams: [],
      details: { path: '/home/ada/old-events.ndjson', once: true },
    },
    {
      ...reads,
      id: 'archive',
      name: 'archive.ndjson',
      kind: 'file',
      kind_name: 'File',
      status: 'done',
      events: 1_000,
      events_24h: 0,
      last_event_at: iso(now - 3 * 86_400_000),
      hours: hours(now, 76, 'none'),
      streams: [],
      details: { path: '/home/ada/archive.ndjson', once: true },
    },
    {
      ...reads,
      id: 'folder',
      name: 'A folder',
      kind: 'file',
      kind_name: 'File',
      status: 'failing',
      problem: problem('file-is-folder', '/var/log is a folder, not a file.', {
        next_steps: ['Edit the source and enter the path of one file.'],
        field: 'path',
      }),
      events: 0,
      events_24h: 0,
      last_event_at: null,
      hours: hours(now, 77, 'none'),
      streams: [],
      details: { path: '/var/log' },
    },
  ];
}

/** What a `source` about to be saved is refused for. */
export function refusedSource(world: World, name: string, own: string | null): Problem | null {
  return world.sources.some((other) => other.name === name && other.id !== own)
    ? problem('source-name-taken', 'A source of this name exists.', {
        next_steps: ['Choose another name.'],
        field: 'name',
      })
    : null;
}

export function tested(kind: string, details: SourceView['details']): SourceTest {
  const about = KINDS.find(({ id }) => id === kind);
  if (details['path'] === '/var/log')
    return {
      headline: 'Penstock cannot read /var/log.',
      facts: [],
      problem: problem('file-is-folder', '/var/log is a folder, not a file.', {
        cause: 'The path names a folder.',
        next_steps: ['Enter the path of one file.'],
        field: 'path',
      }),
      warning: null,
    };
  return about?.guide.steps.length
    ? {
        headline: 'Infisical lets Penstock read the audit logs of Larkfield Group.',
        facts: [
          ['Organisation', 'Larkfield Group'],
          ['Site', 'eu.infisical.com'],
          ['Kept for', '90 days'],
        ],
        problem: null,
        warning: null,
      }
    : { headline: `${about?.name ?? kind} works.`, facts: [], problem: null, warning: null };
}

export function unreadableOf(source: SourceView, now: number): UnreadableView[] {
  const place = String(source.details['path'] ?? source.name);
  return Array.from({ length: source.unreadable }, (_, at) => ({
    id: source.unreadable - at,
    at: iso(now - at * 60_000),
    place: `${place}, line ${1_700 - at}`,
    reason: problem('not-json', 'This line is no JSON object.', {
      next_steps: ['Look at what wrote it; the lines around it were taken.'],
    }),
    text:
      at === 0 ? '{"eventType":"deploy", "actor":' : 'Nov 24 21:44:01 host systemd[1]: Started.',
    bytes: at === 0 ? 31 : 41,
  }));
}
