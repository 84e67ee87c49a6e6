import { describe, expect, it } from 'vitest';
import type { Field } from '../../bindings/engine';
import { headerRow } from './headers';
import { readValue, split, startValues, tidySecret, withoutSecrets } from './values';

const field = (name: string, more: Partial<Field> = {}): Field => ({
  name,
  label: name,
  kind: 'text',
  secret: false,
  required: false,
  group: 'main',
  help: '',
  example: '',
  choices: [],
  ...more,
});

const fields = [
  field('url', { kind: 'url' }),
  field('token', { secret: true }),
  field('headers', { kind: 'headers', secret: true }),
  field('timeout_seconds', { kind: 'number', default: '30' }),
  field('gzip', { kind: 'switch', default: 'true' }),
  field('ca_certificate', { kind: 'pem' }),
];
const none = () => false;

describe('the values of a form', () => {
  it('start from the defaults, or from what is saved', () => {
    expect(startValues(fields)).toMatchObject({ url: '', timeout_seconds: '30', gzip: true });
    const saved = { url: 'https://a.example', timeout_seconds: 5, gzip: false };
    expect(startValues(fields, saved)).toMatchObject({
      url: 'https://a.example',
      timeout_seconds: '5',
      gzip: false,
    });
  });

  it('are split into details and secrets, with numbers as numbers and empty ones left out', () => {
    const values = {
      url: '  https://a.example ',
      token: 'planted',
      headers: [headerRow('X-A', '1')],
      timeout_seconds: '12',
      gzip: false,
      ca_certificate: '',
    };
    expect(split(fields, values, none)).toEqual({
      details: { url: 'https://a.example', timeout_seconds: 12, gzip: false },
      secrets: { token: 'planted', headers: [{ key: 'X-A', value: '1', secret: false }] },
    });
  });

  it('send what is no number as it was typed, for the engine to judge', () => {
    expect(split(fields, { timeout_seconds: '12 s' }, none).details).toEqual({
      timeout_seconds: '12 s',
    });
  });

  it('leave out a saved secret that is not replaced', () => {
    const sent = split(fields, { token: '', headers: [] }, () => true);
    expect(sent.secrets).toEqual({});
  });

  it('are read from text by their kind', () => {
    const [url, , headers, , gzip] = fields;
    expect(readValue(url!, 'http://127.0.0.1:8799')).toBe('http://127.0.0.1:8799');
    expect(readValue(gzip!, 'true')).toBe(true);
    expect(readValue(headers!, '[{"key":"X-A","value":"1"}]')).toEqual([headerRow('X-A', '1')]);
    expect(readValue(headers!, 'nonsense')).toEqual([]);
  });

  it('lose every secret in a kept draft', () => {
    const values = {
      url: 'https://a.example',
      token: 'planted',
      headers: [headerRow('Authorization', 'planted'), headerRow('X-A', '1')],
    };
    const kept = withoutSecrets(fields, values);
    expect(JSON.stringify(kept)).not.toContain('planted');
    expect(kept.url).toBe('https://a.example');
    expect(kept.headers).toHaveLength(2);
  });
});

describe('a pasted secret', () => {
  it('loses the spaces and line breaks that copying adds, and says so', () => {
    expect(tidySecret('  abc\r\n  def \n')).toEqual({ text: 'abcdef', tidied: true });
  });

  it('is left alone where it is tidy, spaces within it included', () => {
    expect(tidySecret('a b')).toEqual({ text: 'a b', tidied: false });
  });
});
