import type { Arrival, PracticeView } from '../../bindings/practice';
import { iso } from './streams';

export function practiceView(now: number, running: boolean): PracticeView {
  const base = 'http://127.0.0.1:8799';
  const arrivals: Arrival[] = running
    ? Array.from({ length: 14 }, (_, at) => {
        const refused = at === 4 || at === 9;
        return {
          id: 14 - at,
          at: iso(now - at * 7_000 - 1_500),
          provider: at % 3 === 0 ? 'splunk' : 'practice',
          method: 'POST',
          path: at % 3 === 0 ? '/services/collector/event' : '/practice',
          status: refused ? (at === 4 ? 503 : 401) : 200,
          events: refused ? 0 : 1 + ((at * 5) % 9),
          bytes: 640 * (1 + ((at * 5) % 9)),
          gzip: at % 2 === 0,
          refusal: refused
            ? at === 4
              ? 'Told to answer 503.'
              : 'The token is not the practice token.'
            : null,
          answer: refused ? '{"text":"Server is busy","code":9}' : '{"text":"Success","code":0}',
          body: '{"time":1763474518.482,"sourcetype":"infisical:audit","event":{"id":"7dc1713b-d787-4147-9e21-770be01cc992","actor":"user","eventType":"create-secret","projectName":"payments-api"}}',
          event_types: ['create-secret', 'get-secrets', 'login-identity-universal-auth'].slice(
            0,
            1 + (at % 3),
          ),
        };
      })
    : [];
  return {
    running,
    base_url: running ? base : null,
    practice_url: running ? `${base}/practice` : null,
    protocols: [
      {
        provider: 'practice',
        name: 'Practice receiver',
        values: [['url', `${base}/practice`]],
      },
      {
        provider: 'splunk',
        name: 'Splunk',
        values: [
          ['hostname', `${base}`],
          ['token', '00000000-0000-4000-8000-000000000001'],
        ],
      },
      {
        provider: 'datadog',
        name: 'Datadog',
        values: [
          ['site', `${base}`],
          ['api_key', '0123456789abcdef0123456789abcdef'],
        ],
      },
      {
        provider: 'better_stack',
        name: 'Better Stack',
        values: [
          ['url', `${base}`],
          ['source_token', 'practiceToken0000000001'],
        ],
      },
      {
        provider: 'custom',
        name: 'Custom',
        values: [
          ['url', `${base}/custom`],
          ['Authorization', 'Bearer practice'],
        ],
      },
    ],
    fault: { kind: 'none' },
    events: running ? 58 : 0,
    requests: running ? 14 : 0,
    arrivals,
  };
}
