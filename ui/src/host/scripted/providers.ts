/** The providers as the engine describes them, for a page that runs without it. */
import type { About, Choice, Field, GuideStep } from '../../bindings/engine';

export function field(name: string, label: string, more: Partial<Field> = {}): Field {
  return {
    name,
    label,
    kind: 'text',
    secret: false,
    required: false,
    group: 'main',
    help: '',
    example: '',
    choices: [],
    ...more,
  };
}

function step(title: string, body: string[], more: Partial<GuideStep> = {}): GuideStep {
  return { title, body, fields: [], copy: [], links: [], ...more };
}

const connection: Field[] = [
  field('ca_certificate', 'Extra CA certificate', {
    kind: 'pem',
    group: 'connection',
    help: 'Trusted in addition to those of the operating system.',
    example: '-----BEGIN CERTIFICATE-----',
  }),
  field('client_certificate', 'Client certificate', {
    kind: 'pem',
    group: 'connection',
    help: 'For servers that ask for one (mTLS).',
    example: '-----BEGIN CERTIFICATE-----',
  }),
  field('client_key', 'Client key', {
    kind: 'pem',
    group: 'connection',
    secret: true,
    help: 'The private key of the client certificate.',
    example: '-----BEGIN PRIVATE KEY-----',
  }),
  field('proxy', 'Proxy', {
    group: 'connection',
    help: 'Empty: as the system says. `none`: no proxy.',
    example: 'http://proxy.example.com:3128',
  }),
  field('timeout_seconds', 'Time-out', {
    kind: 'number',
    group: 'connection',
    help: 'Seconds to wait for an answer.',
    example: '30',
    default: '30',
  }),
];

const datadogSites: Choice[] = [
  ['datadoghq.com', 'US1', 'app.datadoghq.com'],
  ['us3.datadoghq.com', 'US3', 'us3.datadoghq.com'],
  ['us5.datadoghq.com', 'US5', 'us5.datadoghq.com'],
  ['datadoghq.eu', 'EU1', 'app.datadoghq.eu'],
  ['ap1.datadoghq.com', 'AP1', 'ap1.datadoghq.com'],
  ['ddog-gov.com', 'US1-FED', 'app.ddog-gov.com'],
].map(([value = '', label = '', help = '']) => ({ value, label, help }));

export const providers: About[] = [
  {
    id: 'splunk',
    name: 'Splunk',
    category: 'siem',
    tagline: 'HTTP Event Collector (HEC)',
    monogram: 'Sp',
    hue: 150,
    aliases: ['HEC', 'Splunk Cloud', 'Splunk Enterprise'],
    fields: [
      field('hostname', 'Host', {
        kind: 'url',
        required: true,
        help: 'The collector’s address, with its port.',
        example: 'splunk.example.com:8088',
      }),
      field('token', 'HEC token', {
        secret: true,
        required: true,
        help: 'From Settings, Data inputs, HTTP Event Collector.',
        example: '00000000-0000-0000-0000-000000000000',
        pattern: '^[0-9a-fA-F-]{36}$',
      }),
      field('index', 'Index', {
        group: 'advanced',
        help: 'Empty: the token’s default index.',
        example: 'main',
      }),
      field('source', 'Source', { group: 'advanced', example: 'infisical' }),
      field('sourcetype', 'Source type', { group: 'advanced', example: 'infisical:audit' }),
      field('use_ack', 'Wait for indexer acknowledgement', {
        kind: 'switch',
        group: 'advanced',
        default: 'false',
        help: 'Only where the token has it enabled.',
      }),
      ...connection,
    ],
    guide: {
      intro: 'You need an administrator of Splunk. About 5 minutes.',
      steps: [
        step(
          'Open the HTTP Event Collector',
          ['In Splunk open **Settings**, **Data inputs**, **HTTP Event Collector**.'],
          {
            links: [{ label: 'Splunk’s documentation', url: 'https://docs.splunk.com' }],
          },
        ),
        step('Enable it', [
          'Choose **Global Settings**, set **All Tokens** to **Enabled**, and note the **HTTP Port Number**.',
        ]),
        step(
          'Create a token',
          ['Choose **New Token**, give it a name, pick an index, and finish.'],
          { fields: ['token'], copy: [{ label: 'Name', text: 'penstock-audit' }] },
        ),
        step('Find the address', ['It is your Splunk host with the port, mostly `8088`.'], {
          fields: ['hostname'],
        }),
      ],
    },
    after_accepted: 'Splunk shows new events within seconds.',
  },
  {
    id: 'datadog',
    name: 'Datadog',
    category: 'observability',
    tagline: 'Logs API',
    monogram: 'Dd',
    hue: 300,
    aliases: ['DD'],
    fields: [
      field('site', 'Site', {
        kind: 'choice',
        required: true,
        help: 'The address your browser shows when you use Datadog.',
        default: 'datadoghq.com',
        choices: datadogSites,
      }),
      field('api_key', 'API key', {
        secret: true,
        required: true,
        help: 'An API key, not an application key.',
        example: '32 characters',
        pattern: '^[0-9a-f]{32}$',
      }),
      field('service', 'Service', { group: 'advanced', example: 'infisical' }),
      field('source', 'Source', { group: 'advanced', example: 'infisical' }),
      field('tags', 'Tags', { group: 'advanced', example: 'env:prod,team:security' }),
      ...connection,
    ],
    guide: {
      intro: 'You need the right to create API keys. About 3 minutes.',
      steps: [
        step('Create an API key', ['Open **Organization Settings**, **API Keys**, **New Key**.'], {
          fields: ['api_key'],
          links: [
            {
              label: 'Open API keys',
              url: 'https://app.datadoghq.com/organization-settings/api-keys',
            },
          ],
        }),
        step('Find your site', ['Look at the address in your browser.'], { fields: ['site'] }),
      ],
    },
    after_accepted: 'Datadog shows new logs within a minute.',
  },
  {
    id: 'better_stack',
    name: 'Better Stack',
    category: 'observability',
    tagline: 'Logs (Logtail)',
    monogram: 'Bs',
    hue: 275,
    aliases: ['Logtail', 'Better Uptime'],
    fields: [
      field('url', 'Ingesting host', {
        kind: 'url',
        required: true,
        help: 'From the source’s page.',
        example: 'https://s1234567.eu-nbg-2.betterstackdata.com',
      }),
      field('source_token', 'Source token', {
        secret: true,
        required: true,
        help: 'From the source’s page.',
        example: '24 characters',
      }),
      ...connection,
    ],
    guide: {
      intro: 'You need a team with Logs. About 3 minutes.',
      steps: [
        step('Create a source', [
          'Open **Sources**, **Connect source**, and choose the platform **HTTP**.',
        ]),
        step('Copy the host and the token', ['Both stand on the source’s page.'], {
          fields: ['url', 'source_token'],
        }),
      ],
    },
    after_accepted: 'Better Stack shows new lines within seconds.',
  },
  {
    id: 'custom',
    name: 'Custom',
    category: 'custom',
    tagline: 'Any HTTPS endpoint',
    monogram: '{}',
    hue: 230,
    aliases: ['Webhook', 'HTTP', 'Vector', 'Fluent Bit'],
    fields: [
      field('url', 'URL', {
        kind: 'url',
        required: true,
        help: 'Penstock posts here.',
        example: 'https://logs.example.com/ingest',
      }),
      field('headers', 'Headers', {
        kind: 'headers',
        secret: true,
        help: 'Locked values go to the keychain.',
      }),
      field('format', 'Body', {
        kind: 'choice',
        default: 'array',
        choices: [
          { value: 'array', label: 'JSON array', help: '[{…},{…}]' },
          { value: 'ndjson', label: 'NDJSON', help: '{…}\n{…}' },
          { value: 'single', label: 'One each', help: '{…}' },
        ],
      }),
      field('gzip', 'Compress with gzip', { kind: 'switch', default: 'true' }),
      ...connection,
    ],
    guide: {
      intro: 'Any server that takes JSON over HTTP.',
      steps: [
        step('Find the address', ['The full URL, with its path.'], { fields: ['url'] }),
        step('Add the headers it asks for', ['Mostly `Authorization`.'], { fields: ['headers'] }),
      ],
    },
    after_accepted: 'The server accepted it.',
  },
  {
    id: 'practice',
    name: 'Practice receiver',
    category: 'practice',
    tagline: 'On this computer, no account',
    monogram: 'Pr',
    hue: 210,
    aliases: ['Test', 'Demo', 'Loopback'],
    fields: [
      field('url', 'URL', {
        kind: 'url',
        required: true,
        help: 'The practice receiver’s address.',
        example: 'http://127.0.0.1:8799/practice',
        default: 'http://127.0.0.1:8799/practice',
      }),
    ],
    guide: {
      intro: 'Nothing is needed: it runs on this computer.',
      steps: [step('Start it', ['Penstock starts it for you.'], { fields: ['url'] })],
    },
    after_accepted: 'It is on the practice page at once.',
  },
];
