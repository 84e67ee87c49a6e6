import { expect, it } from 'vitest';
import type { VerifyReport } from '../bindings/engine';
import { reportText } from './report';

const report: VerifyReport = {
  accepted: false,
  headline: 'Some refused the sample: 403 Forbidden',
  summary: 'The token is disabled.',
  problem: {
    code: 'token-disabled',
    summary: 'The token is disabled.',
    cause: 'Somebody switched it off.',
    next_steps: ['Enable it.', 'Retry.'],
  },
  exchange: {
    request: {
      method: 'POST',
      url: 'https://a.example/in',
      http_version: 'HTTP/1.1',
      headers: [{ name: 'Authorization', value: 'Bearer ', redacted: true }],
      body: '[{"id":1}]',
      body_bytes: 10,
      compressed_bytes: null,
    },
    response: {
      status: 403,
      status_text: 'Forbidden',
      http_version: 'HTTP/1.1',
      headers: [{ name: 'Content-Length', value: '0', redacted: false }],
      body: '',
      elapsed_ms: 74,
    },
    stages: [
      { kind: 'connect', state: 'done', note: 'TLS 1.3, 31 ms', elapsed_ms: 31 },
      { kind: 'send', state: 'failed', note: '403 Forbidden, 74 ms', elapsed_ms: 74 },
      { kind: 'accepted', state: 'not_reached', note: '', elapsed_ms: null },
    ],
    curl: '',
  },
  sample: '{}',
  at: '2026-01-01T00:00:00Z',
};

it('a report tells headline, stages, diagnosis, request and reply', () => {
  expect(reportText(report)).toBe(
    [
      'Some refused the sample: 403 Forbidden\nThe token is disabled.\n2026-01-01T00:00:00Z',
      '✓ Connect: TLS 1.3, 31 ms\n✕ Send entry: 403 Forbidden, 74 ms\n· Accepted: Not reached',
      'What happened: The token is disabled.\nMost likely cause: Somebody switched it off.\nHow to fix it:\n1. Enable it.\n2. Retry.\ntoken-disabled',
      'POST https://a.example/in HTTP/1.1\nAuthorization: Bearer [redacted]\n\n[{"id":1}]',
      'HTTP/1.1 403 Forbidden\nContent-Length: 0',
    ].join('\n\n'),
  );
});
