/** Ten streams in every state, and a thousand for the long list. */
import type { Bucket, JsonValue, Problem, Status, StreamView } from '../../bindings/engine';
import { chance } from './chance';
import { providers } from './providers';

const HOUR = 3_600_000;

export const iso = (at: number) => new Date(at).toISOString();

export type Shape = 'day' | 'flat' | 'none';

/** A day of office hours, or an even flow. */
export function hours(
  now: number,
  seed: number,
  shape: Shape,
  more: { failingFor?: number; retryingFor?: number; state?: Status; peak?: number } = {},
): Bucket[] {
  const roll = chance(seed);
  const { failingFor = 0, retryingFor = 0, state, peak = 1_800 } = more;
  const start = Math.floor(now / HOUR) * HOUR - 23 * HOUR;
  return Array.from({ length: 24 }, (_, at) => {
    const office = 0.28 + 0.72 * Math.abs(Math.cos((Math.PI * (at + 1)) / 24)) ** 1.4;
    const level = shape === 'none' ? 0 : shape === 'flat' ? 0.55 : office;
    const failing = at >= 24 - failingFor;
    const retrying = at >= 24 - retryingFor;
    const delivered = failing ? 0 : Math.round(level * peak * (0.82 + 0.36 * roll()));
    return {
      from: iso(start + at * HOUR),
      delivered,
      refused: failing ? 2 + Math.round(roll() * 2) : retrying ? 1 : 0,
      set_aside: 0,
      state: failing
        ? 'failing'
        : retrying
          ? 'retrying'
          : (state ?? (delivered > 0 ? 'healthy' : null)),
      latency_p50_ms: delivered > 0 ? 42 + Math.round(roll() * 20) : null,
      latency_p95_ms: delivered > 0 ? 110 + Math.round(roll() * 60) : null,
    } satisfies Bucket;
  });
}

export const tokenDisabled: Problem = {
  code: 'splunk-token-disabled',
  summary: 'Splunk answered `403` `Token disabled`, code 1.',
  cause: 'Someone switched the HEC token off in Splunk. It worked until this morning.',
  next_steps: [
    'In Splunk open **Settings**, **Data inputs**, **HTTP Event Collector**, and enable the token **penstock-audit**.',
  ],
  short: '403 Token disabled',
  field: 'token',
  guide_step: 3,
  evidence: 'Token disabled',
  link: 'https://docs.splunk.com/Documentation/Splunk/latest/Data/TroubleshootHTTPEventCollector',
};

const keyExpires: Problem = {
  code: 'credential-expires',
  summary: 'The API key expires in 6 days.',
  cause: 'It was created with an end date.',
  next_steps: ['Create a new key in Datadog, then replace it here.'],
  short: 'API key expires in 6 days',
  field: 'api_key',
};

export const busy: Problem = {
  code: 'provider-busy',
  summary: 'The server answered `503 Service Unavailable`.',
  cause: 'It is busy or being restarted.',
  next_steps: ['Nothing: Penstock tries again by itself, later each time.'],
  short: '503, try 4 in 38 s',
};

type Sketch = {
  name: string;
  provider: string;
  endpoint: string;
  source: string | null;
  status: Status;
  ago: number | null;
  day: number;
  waiting?: number;
  setAside?: number;
  shape?: Shape;
  more?: Partial<StreamView>;
  past?: Parameters<typeof hours>[3];
};

const details: Record<string, Record<string, JsonValue>> = {
  splunk: { hostname: 'splunk-hec.soc.example.com:8088', sourcetype: 'infisical:audit' },
  datadog: { site: 'datadoghq.eu', service: 'infisical', tags: 'env:prod,team:security' },
  better_stack: { url: 'https://s1284420.eu-nbg-2.betterstackdata.com' },
  custom: { url: 'https://logs.example.com/ingest', format: 'ndjson', gzip: true },
  practice: { url: 'http://127.0.0.1:8799/practice' },
};

export function sketched(now: number, sketch: Sketch, seed: number): StreamView {
  const about = providers.find(({ id }) => id === sketch.provider);
  const secrets = (about?.fields ?? []).filter((f) => f.secret && f.group === 'main');
  const { failingFor = 0 } = sketch.past ?? {};
  return {
    id: `stream-${seed}`,
    name: sketch.name,
    provider: sketch.provider,
    provider_name: about?.name ?? sketch.provider,
    endpoint: sketch.endpoint,
    source: sketch.source,
    status: sketch.status,
    reason: null,
    status_since: iso(now - (failingFor || 7) * HOUR),
    paused_at: null,
    delivered: sketch.day * 41,
    waiting: sketch.waiting ?? 0,
    set_aside: sketch.setAside ?? 0,
    filtered: 0,
    delivered_24h: sketch.day,
    last_delivered_at: sketch.ago === null ? null : iso(now - sketch.ago),
    oldest_waiting_at: sketch.waiting ? iso(now - 4_000) : null,
    next_try_at: null,
    tries: 0,
    last_problem: null,
    last_problem_at: null,
    details: details[sketch.provider] ?? {},
    secrets: Object.fromEntries(secrets.map(({ name }) => [name, 'saved' as const])),
    filter: { conditions: [] },
    redaction: { rules: [] },
    verified: true,
    created_at: iso(now - 40 * 24 * HOUR),
    hours: hours(now, seed * 7919, sketch.shape ?? 'day', {
      peak: sketch.day / 13,
      ...sketch.past,
    }),
    ...sketch.more,
  };
}

const MINUTE = 60_000;

export function tenStreams(now: number): StreamView[] {
  const failingSince = now - 4 * HOUR - 20 * MINUTE;
  const sketches: Sketch[] = [
    {
      name: 'SOC Splunk',
      provider: 'splunk',
      endpoint: 'splunk-hec.soc.example.com:8088',
      source: 'intake',
      status: 'failing',
      ago: now - failingSince,
      day: 17_726,
      waiting: 3_914,
      setAside: 17,
      past: { failingFor: 5 },
      more: {
        reason: '403 Token disabled',
        status_since: iso(failingSince),
        oldest_waiting_at: iso(failingSince),
        last_problem: tokenDisabled,
        last_problem_at: iso(now - 9 * MINUTE),
        next_try_at: iso(now + 21 * MINUTE),
        tries: 15,
      },
    },
    {
      name: 'Detections index',
      provider: 'datadog',
      endpoint: 'http-intake.logs.datadoghq.eu',
      source: 'intake',
      status: 'attention',
      ago: 4_000,
      day: 21_800,
      waiting: 2,
      more: {
        reason: 'API key expires in 6 days',
        last_problem: keyExpires,
        last_problem_at: iso(now - 5 * HOUR),
      },
    },
    {
      name: 'Edge routing',
      provider: 'custom',
      endpoint: 'in.logstream.example.com:10080',
      source: 'intake',
      status: 'retrying',
      ago: 6 * MINUTE,
      day: 21_590,
      waiting: 212,
      past: { retryingFor: 1 },
      more: {
        reason: '503, try 4 in 38 s',
        oldest_waiting_at: iso(now - 6 * MINUTE),
        last_problem: busy,
        last_problem_at: iso(now - 22_000),
        next_try_at: iso(now + 38_000),
        tries: 3,
      },
    },
    ...(
      [
        ['Sentinel production audit', 'custom', 'sentinel.example.com', 12_000, 21_802, 0],
        ['Secrets access', 'datadog', 'http-intake.logs.datadoghq.com', 9_000, 14_086, 0],
        [
          'Platform events',
          'better_stack',
          's1284420.eu-nbg-2.betterstackdata.com',
          2_000,
          9_312,
          0,
        ],
        ['Collector mirror', 'custom', 'otel.example.com:4318', 2_000, 9_312, 0],
        [
          'Seven-year archive',
          'splunk',
          'http-inputs-acme.splunkcloud.com',
          3 * MINUTE,
          31_062,
          52,
        ],
      ] as const
    ).map(([name, provider, endpoint, ago, day, waiting]): Sketch => ({
      name,
      provider,
      endpoint,
      source: name === 'Seven-year archive' ? null : day === 9_312 ? 'platform' : 'intake',
      status: 'healthy',
      ago,
      day,
      waiting,
      shape: day === 9_312 ? 'flat' : 'day',
    })),
    {
      name: 'On-call sign-ins',
      provider: 'better_stack',
      endpoint: 's9917001.eu-nbg-2.betterstackdata.com',
      source: 'intake',
      status: 'paused',
      ago: 52 * HOUR,
      day: 0,
      waiting: 1_208,
      shape: 'none',
      past: { state: 'paused' },
      more: { paused_at: iso(now - 52 * HOUR), oldest_waiting_at: iso(now - 51 * HOUR) },
    },
    {
      name: 'Legacy SIEM',
      provider: 'splunk',
      endpoint: 'siem.example.com:8088',
      source: 'platform',
      status: 'idle',
      ago: 26 * HOUR,
      day: 0,
      shape: 'none',
      past: { state: 'idle' },
      more: { reason: 'No new events' },
    },
  ];
  return sketches.map((sketch, at) => sketched(now, sketch, at + 1));
}

export function manyStreams(now: number, how: number): StreamView[] {
  const first = tenStreams(now);
  const roll = chance(11);
  return Array.from({ length: how }, (_, at) => {
    const like = first[at % first.length]!;
    if (at < first.length) return like;
    const day = Math.round(like.delivered_24h * (0.3 + roll()));
    return {
      ...like,
      id: `stream-${at + 1}`,
      name: `${like.name} ${at + 1}`,
      status: like.status === 'failing' && at % 50 > 10 ? 'healthy' : like.status,
      reason: like.status === 'failing' && at % 50 > 10 ? null : like.reason,
      delivered_24h: day,
      hours: hours(now, at * 31 + 5, day ? 'day' : 'none', { peak: day / 13 || 1 }),
    };
  });
}
