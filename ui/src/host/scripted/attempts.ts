/** Attempts, exchanges and events set aside of a scripted stream. */
import type {
  AttemptDetail,
  AttemptView,
  Bucket,
  Exchange,
  Range,
  SetAsideView,
  Stage,
  StreamView,
  Throughput,
} from '../../bindings/engine';
import { chance } from './chance';
import { busy, iso, tokenDisabled } from './streams';

const MINUTE = 60_000;

/** Newest first. */
export function attemptsOf(stream: StreamView, now: number, how = 260): AttemptView[] {
  const roll = chance(Number(stream.id.replace(/\D/g, '')) * 17 + 3);
  const base = Number(stream.id.replace(/\D/g, '')) * 10_000;
  const out: AttemptView[] = [];
  let at = now - 9 * MINUTE;
  let seq = 90_000;
  if (stream.status === 'paused' || stream.status === 'idle') at = now - 26 * 60 * MINUTE;
  const push = (some: Partial<AttemptView>) => {
    const events = some.events ?? 6 + Math.round(roll() * 8);
    out.push({
      id: base + how - out.length,
      stream: stream.id,
      at: iso(at),
      outcome: 'accepted',
      status: stream.provider === 'datadog' ? 202 : 200,
      reason: 'Success',
      first_seq: seq - events,
      last_seq: seq,
      events,
      bytes: Math.round(events * 625 * (0.95 + roll() * 0.1)),
      latency_ms: 36 + Math.round(roll() * 30),
      attempt: 1,
      sample: false,
      set_aside: 0,
      next_try_at: null,
      ...some,
    });
    seq -= events;
  };
  if (stream.status === 'failing') {
    for (let tried = 15; tried > 1; tried--) {
      push({
        outcome: 'hold',
        status: 403,
        reason: 'Token disabled',
        events: 500,
        attempt: tried,
        next_try_at: tried === 15 ? stream.next_try_at : null,
      });
      seq += 500;
      at -= tried > 6 ? 30 * MINUTE : 2 ** tried * 1_000;
    }
    push({ outcome: 'hold', status: 403, reason: 'Token disabled', events: 8 });
    at -= 30_000;
  }
  if (stream.status === 'retrying') {
    at = now - 22_000;
    for (let tried = 3; tried > 0; tried--) {
      push({
        outcome: 'retry',
        status: 503,
        reason: 'Service Unavailable',
        events: 212,
        attempt: tried,
        next_try_at: tried === 3 ? stream.next_try_at : null,
      });
      seq += 212;
      at -= 2 * MINUTE;
    }
  }
  if (stream.status === 'healthy' || stream.status === 'attention')
    at = Date.parse(stream.last_delivered_at ?? iso(now));
  while (out.length < how) {
    if (out.length % 23 === 11) {
      push({ attempt: 2, events: 11 });
      at -= 2_000;
      seq += 11;
      push({ outcome: 'retry', status: 503, reason: 'Server is busy', events: 11 });
    } else if (out.length % 61 === 40)
      push({ outcome: 'partly', status: 400, reason: 'Incorrect index', set_aside: 2 });
    else if (out.length % 97 === 70) push({ events: 1, sample: true });
    else push({});
    at -= 30_000;
  }
  return out;
}

const stages = (attempt: AttemptView): Stage[] => {
  const failed = attempt.outcome === 'hold' || attempt.outcome === 'retry';
  return [
    { kind: 'find_host', state: 'done', note: '', elapsed_ms: 3 },
    { kind: 'connect', state: 'done', note: 'TLS 1.3, 22 ms', elapsed_ms: 22 },
    {
      kind: 'send',
      state: failed ? 'failed' : 'done',
      note: `${attempt.status}, ${attempt.latency_ms} ms`,
      elapsed_ms: attempt.latency_ms,
    },
    {
      kind: 'accepted',
      state: failed ? 'not_reached' : 'done',
      note: failed ? '' : `${attempt.events} events`,
      elapsed_ms: null,
    },
  ];
};

const event = (at: string, type: string, actor: string) =>
  `{"id":"7dc1713b-d787-4147-9e21-770be01cc992","actor":"identity","actorMetadata":{"name":"${actor}","identityId":"e2f1c1de-50a6-4c73-b8fb-1bd2e1f52ba1"},"ipAddress":"198.51.100.7","eventType":"${type}","eventMetadata":{"environment":"prod","secretPath":"/payments","numberOfSecrets":18446744073709551617},"userAgentType":"cli","createdAt":"${at}","orgId":"785649f1-ff4b-4ef9-a40a-9b9878e46e57","projectName":"mobile-backend"}`;

export function exchangeOf(stream: StreamView, attempt: AttemptView): Exchange {
  const splunk = stream.provider === 'splunk';
  const path = splunk ? '/services/collector/event' : '/ingest';
  const host = stream.endpoint;
  const seconds = Date.parse(attempt.at) / 1_000;
  const one = event(attempt.at, 'get-secrets', 'ci-deployer');
  const two = event(attempt.at, 'create-identity', 'dana.reyes@example.com');
  const body = splunk
    ? [one, two]
        .map((e) => `{"time":${seconds},"sourcetype":"infisical:audit","event":${e}}`)
        .join('')
    : `[${one},${two}]`;
  const failed = attempt.outcome === 'hold';
  const busyNow = attempt.outcome === 'retry';
  const text = failed
    ? '{"text":"Token disabled","code":1}'
    : busyNow
      ? '{"text":"Server is busy","code":9}'
      : '{"text":"Success","code":0}';
  return {
    request: {
      method: 'POST',
      url: `https://${host}${path}`,
      http_version: 'HTTP/1.1',
      headers: [
        { name: 'Authorization', value: splunk ? 'Splunk ' : 'Bearer ', redacted: true },
        { name: 'Content-Type', value: 'application/json', redacted: false },
        { name: 'Content-Encoding', value: 'gzip', redacted: false },
        { name: 'User-Agent', value: 'Penstock/0.1.0', redacted: false },
      ],
      body,
      body_bytes: attempt.events * 625,
      compressed_bytes: attempt.bytes,
    },
    response: {
      status: attempt.status ?? 0,
      status_text: failed ? 'Forbidden' : busyNow ? 'Service Unavailable' : 'OK',
      http_version: 'HTTP/1.1',
      headers: [
        { name: 'Content-Type', value: 'application/json; charset=UTF-8', redacted: false },
        { name: 'Server', value: 'Splunkd', redacted: false },
      ],
      body: text,
      elapsed_ms: attempt.latency_ms,
    },
    stages: stages(attempt),
    curl: `curl -X POST 'https://${host}${path}' -H 'Authorization: Splunk $PENSTOCK_TOKEN' -H 'Content-Type: application/json' --data-binary @-`,
  };
}

export function detailOf(stream: StreamView, attempt: AttemptView): AttemptDetail {
  return {
    attempt,
    problem: attempt.outcome === 'hold' ? tokenDisabled : attempt.outcome === 'retry' ? busy : null,
    exchange: exchangeOf(stream, attempt),
  };
}

export function setAsideOf(stream: StreamView, now: number): SetAsideView[] {
  const kinds = [
    ['get-secrets', 'ci-deployer', '400 Incorrect index'],
    ['create-identity', 'dana.reyes@example.com', '400 Incorrect index'],
    ['integration-synced', 'platform', '413 Larger than 1 MB'],
    ['update-secret', 'm.okafor@example.com', '413 Larger than 1 MB'],
    ['login-identity-universal-auth', 'terraform-runner', '400 Invalid data format'],
    ['create-environment', 'terraform-runner', '400 Incorrect index'],
  ] as const;
  return Array.from({ length: stream.set_aside }, (_, at) => {
    const [type, actor, short] = kinds[at % kinds.length]!;
    const when = iso(now - (6 * 60 + at * 23) * MINUTE);
    return {
      seq: 80_000 - at * 13,
      at: when,
      reason: {
        code: 'event-refused',
        summary: `The provider refused this event: ${short}.`,
        cause: 'The token may not write to the index that the event names.',
        next_steps: ['Allow the index for the token, then replay the event.'],
        short,
      },
      event_type: type,
      event_id: '7dc1713b-d787-4147-9e21-770be01cc992',
      bytes: short.startsWith('413') ? 1_240_000 : 640,
      event: event(when, type, actor),
    };
  });
}

export function throughputOf(stream: StreamView, range: Range, now: number): Throughput {
  const [bucket, how] = range === 'hour' ? [60, 60] : range === 'day' ? [900, 96] : [7200, 84];
  const roll = chance(Number(stream.id.replace(/\D/g, '')) * 13 + how);
  const start = Math.floor(now / 1_000 / bucket) * bucket - (how - 1) * bucket;
  const since = Date.parse(stream.status_since) / 1_000;
  const failing = stream.status === 'failing';
  const quiet = stream.status === 'paused' || stream.status === 'idle';
  const perBucket = (stream.delivered_24h / 86_400) * bucket;
  const buckets: Bucket[] = Array.from({ length: how }, (_, at) => {
    const from = start + at * bucket;
    const office = 0.35 + 1.3 * Math.abs(Math.cos((Math.PI * (at + 1)) / how)) ** 1.5;
    const stopped = failing && from >= since;
    const delivered = stopped || quiet ? 0 : Math.round(perBucket * office * (0.85 + 0.3 * roll()));
    return {
      from: iso(from * 1_000),
      delivered,
      refused: stopped && at % 2 === 0 ? 1 : 0,
      set_aside: 0,
      state: stopped ? 'failing' : delivered ? 'healthy' : quiet ? stream.status : null,
      latency_p50_ms: quiet ? null : stopped ? 40 : 48 + Math.round(roll() * 14),
      latency_p95_ms: quiet ? null : stopped ? 44 : 105 + Math.round(roll() * 60),
    };
  });
  return { bucket_seconds: bucket, buckets, failing_since: failing ? stream.status_since : null };
}
