/** The kinds of sources, as the engine tells of them. */
import type { SourceAbout } from '../../bindings/engine';
import { field } from './providers';

export const KINDS: SourceAbout[] = [
  {
    id: 'http_intake',
    name: 'HTTP intake',
    tagline: 'Programs post events to an address of this machine, with a token.',
    fields: [
      field('listen', 'Listen on', {
        help: 'Address and port to listen on. Empty: 127.0.0.1 and the first free port from 8787 on.',
        example: '127.0.0.1:8787',
        pattern: '^[^:]+:\\d{1,5}$',
      }),
      field('beyond_loopback', 'Reachable from other machines', {
        kind: 'switch',
        group: 'advanced',
        help: 'Allow an address that other machines reach.',
      }),
    ],
    guide: { intro: '', steps: [] },
  },
  {
    id: 'infisical',
    name: 'Infisical',
    tagline: 'Reads your organisation’s audit log through Infisical’s API: cloud or your own.',
    fields: [
      field('site', 'Site', {
        required: true,
        help: '`us`, `eu`, or the address of your own Infisical.',
        example: 'us',
      }),
      field('client_id', 'Client ID', {
        help: 'Of the machine identity’s Universal Auth.',
        example: '6f1c2a34-5b67-4c89-9d01-23456789abcd',
      }),
      field('client_secret', 'Client secret', { secret: true, help: 'Goes with the client ID.' }),
      field('start', 'Start', {
        help: 'From when on events are read: `now`, `24h`, `all`, or a date such as `2026-01-15`.',
        example: '2026-01-15',
        default: 'now',
      }),
      field('leave_out_own', 'Leave out Penstock’s own events', {
        kind: 'switch',
        default: 'true',
        help: 'Each sign-in and each look of Penstock is written into the audit log too.',
      }),
      field('access_token', 'Access token', {
        secret: true,
        group: 'advanced',
        help: 'Instead of client ID and secret. It ends one day, and Penstock cannot renew it.',
      }),
    ],
    guide: {
      intro: 'You need to be an administrator of the organisation. About five minutes.',
      steps: [
        {
          title: 'Create a machine identity',
          body: [
            'Open **Access Control**, **Machine Identities**, and choose **Create Identity**.',
          ],
          fields: [],
          copy: [{ label: 'Identity name', text: 'penstock' }],
          links: [{ label: 'Machine identities', url: 'https://infisical.com/docs' }],
        },
        {
          title: 'Let it read the audit logs',
          body: ['Create a role, tick **Audit Logs**: **Read**, and give it to the identity.'],
          fields: [],
          copy: [],
          links: [],
        },
        {
          title: 'Copy client ID and client secret',
          body: ['At the identity open **Universal Auth** and choose **Add Client Secret**.'],
          fields: ['client_id', 'client_secret', 'access_token'],
          copy: [],
          links: [],
        },
        {
          title: 'Say where your Infisical is',
          body: ['The address bar tells: `eu.infisical.com` is **eu**.'],
          fields: ['site'],
          copy: [],
          links: [],
        },
      ],
    },
  },
  {
    id: 'file',
    name: 'File',
    tagline: 'Penstock reads a file that grows, one JSON object a line.',
    fields: [
      field('path', 'File', {
        required: true,
        help: 'One JSON object a line. The file need not exist yet; rotated files beside it are found.',
        example: '/var/log/audit.json',
      }),
      field('start', 'Start', {
        kind: 'choice',
        default: 'begin',
        help: 'Where the first look begins. Afterwards it always goes on where it was.',
        choices: [
          {
            value: 'begin',
            label: 'At the beginning',
            help: 'Everything there is, rotated files first.',
          },
          { value: 'end', label: 'At the end', help: 'Only what is written from now on.' },
        ],
      }),
      field('once', 'Read once', {
        kind: 'switch',
        group: 'advanced',
        help: 'Read the file once, to its end, and then stop: an import.',
      }),
    ],
    guide: { intro: '', steps: [] },
  },
];
