/**
 * A sample log entry on its way, stage by stage. A secret that holds `wrong` is refused, one that
 * holds `slow` takes long, a host that holds `nowhere` is not found, one that holds `selfsigned`
 * shows a certificate that nobody trusts until a person does.
 */
import type {
  CertificateView,
  Stage,
  StreamDraft,
  StreamView,
  VerifyReport,
} from '../../bindings/engine';
import sampleText from '../../../../tests/fixtures/sample-event.json?raw';
import { providers } from './providers';
import { tokenDisabled } from './streams';
import { problem, type World } from './world';

export const sample = sampleText.trim();

const cancelled = new Set<string>();

export function cancel(run: string): void {
  cancelled.add(run);
}

type Target = { provider: string; url: string; secret: string; trusts: boolean };

const unknownIssuer: CertificateView = {
  subject: 'CN=logs.example.com, O=Larkfield Group',
  issuer: 'CN=Larkfield internal CA, O=Larkfield Group',
  names: ['logs.example.com'],
  not_before: '2026-02-01T00:00:00Z',
  not_after: '2027-02-01T00:00:00Z',
  sha256:
    '3B:4F:1A:9C:77:E2:50:8D:11:6A:C3:F0:94:2E:5B:D8:63:07:AE:41:9F:CC:28:75:B6:D0:1E:83:4A:F9:62:0C',
  issuer_pem: '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ\n-----END CERTIFICATE-----\n',
};

export function targetOf(draft: StreamDraft): Target {
  const text = (value: unknown) =>
    typeof value === 'string' ? value : JSON.stringify(value ?? '');
  return {
    provider: draft.provider,
    url: text(draft.details['url'] ?? draft.details['hostname'] ?? draft.details['site']),
    secret: Object.values(draft.secrets).map(text).join(' '),
    trusts: Boolean(draft.details['ca_certificate']),
  };
}

export function targetOfStream(stream: StreamView): Target {
  return {
    provider: stream.provider,
    url: stream.endpoint,
    secret: stream.status === 'failing' ? 'wrong' : '',
    trusts: true,
  };
}

export async function verify(
  world: World,
  run: string,
  target: Target,
  entry: string,
  pace: number,
): Promise<VerifyReport> {
  const about = providers.find(({ id }) => id === target.provider) ?? providers[0]!;
  const lost = target.url.includes('nowhere');
  const refused = !lost && target.secret.includes('wrong');
  const untrusted = target.url.includes('selfsigned') && !target.trusts;
  const failsAt = lost ? 0 : untrusted ? 1 : refused ? 2 : 9;
  const notes = [
    'DNS, 4 ms',
    'TLS 1.3, 31 ms',
    refused ? '403 Forbidden, 74 ms' : '1 event, 547 B',
    '',
  ];
  const stages: Stage[] = (['find_host', 'connect', 'send', 'accepted'] as const).map((kind) => ({
    kind,
    state: 'waiting',
    note: '',
    elapsed_ms: null,
  }));
  for (const [at, stage] of stages.entries()) {
    if (at > failsAt) {
      stage.state = 'not_reached';
      continue;
    }
    stage.state = 'running';
    world.push('stages', { run, stages });
    const wait = target.secret.includes('slow') && at === 2 ? pace * 40 : pace;
    for (let spent = 0; spent < wait && !cancelled.has(run); spent += 20)
      await new Promise((done) => setTimeout(done, 20));
    if (cancelled.delete(run)) throw problem('cancelled', 'The sample was called back.');
    stage.state = at === failsAt ? 'failed' : 'done';
    stage.note =
      at === failsAt && lost
        ? 'Not found'
        : at === failsAt && untrusted
          ? 'Certificate refused'
          : (notes[at] ?? '');
    stage.elapsed_ms = [4, 31, 74, 182][at] ?? null;
    if (stage.kind === 'accepted' && stage.state === 'done') stage.note = '200 in 182 ms';
  }
  world.push('stages', { run, stages });
  const host = target.url.replace(/^https?:\/\//, '').split('/')[0] ?? target.url;
  const accepted = failsAt === 9;
  return {
    accepted,
    headline: accepted
      ? `${about.name} accepted the sample log entry`
      : lost
        ? `${about.name} was not reached: host not found`
        : untrusted
          ? `${about.name} was not reached: certificate refused`
          : `${about.name} refused the sample: 403 Forbidden`,
    summary: accepted
      ? `200 OK in 182 ms. ${about.after_accepted}`
      : lost
        ? `No computer answers to the name ${host}.`
        : untrusted
          ? 'This computer does not trust who issued its certificate.'
          : 'The address is right. The credentials are not accepted.',
    problem: accepted
      ? null
      : lost
        ? problem('host-not-found', `The name \`${host}\` was not found.`, {
            cause: 'It is misspelt, or known only inside another network.',
            next_steps: ['Check the address.', 'Connect to the network that knows it.'],
            field: about.fields[0]?.name ?? 'url',
            guide_step: 1,
          })
        : untrusted
          ? problem(
              'tls-unknown-issuer',
              `This computer does not trust the certificate of ${host}.`,
              {
                cause: 'The certificate comes from a private authority.',
                next_steps: [
                  'Trust this certificate’s issuer, or paste the authority’s certificate.',
                ],
                field: 'ca_certificate',
              },
            )
          : tokenDisabled,
    ...(untrusted ? { certificate: unknownIssuer } : {}),
    exchange: {
      request: {
        method: 'POST',
        url: `https://${host}/services/collector/event`,
        http_version: 'HTTP/1.1',
        headers: [
          { name: 'Authorization', value: 'Splunk ', redacted: true },
          { name: 'Content-Type', value: 'application/json', redacted: false },
          { name: 'Content-Encoding', value: 'gzip', redacted: false },
        ],
        body: `{"time":1763474518.482,"event":${JSON.stringify(JSON.parse(entry))}}`,
        body_bytes: 547,
        compressed_bytes: 354,
      },
      response:
        lost || untrusted
          ? null
          : {
              status: accepted ? 200 : 403,
              status_text: accepted ? 'OK' : 'Forbidden',
              http_version: 'HTTP/1.1',
              headers: [{ name: 'Content-Type', value: 'application/json', redacted: false }],
              body: accepted ? '{"text":"Success","code":0}' : '{"text":"Token disabled","code":1}',
              elapsed_ms: accepted ? 182 : 74,
            },
      stages,
      curl: `curl -X POST 'https://${host}/services/collector/event' -H 'Authorization: Splunk $PENSTOCK_TOKEN' -d @sample.json`,
    },
    sample: JSON.stringify(JSON.parse(entry), null, 2),
    at: new Date().toISOString(),
  };
}
