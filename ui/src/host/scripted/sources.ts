import type { SourceAbout, SourceView } from '../../bindings/engine';
import { hours, iso } from './streams';

/** What only sources of other kinds have. */
export const PLAIN = {
  kind_name: 'HTTP intake',
  old_token_until: null,
  progress: null,
  up_to: null,
  left_out: 0,
  unreadable: 0,
  secrets: {},
} satisfies Partial<SourceView>;

export const KINDS: SourceAbout[] = [
  {
    id: 'http_intake',
    name: 'HTTP intake',
    tagline: 'Programs post events to an address of this machine, with a token.',
    fields: [
      {
        name: 'listen',
        label: 'Listen on',
        kind: 'text',
        secret: false,
        required: false,
        group: 'main',
        help: 'Address and port to listen on. Empty: 127.0.0.1 and the first free port from 8787 on.',
        example: '127.0.0.1:8787',
        choices: [],
      },
    ],
    guide: { intro: '', steps: [] },
  },
];

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
