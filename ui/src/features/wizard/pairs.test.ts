import { describe, expect, it } from 'vitest';
import { parsePairs } from './pairs';

describe('pasted values', () => {
  it('are read from a JSON object, whatever else was printed around it', () => {
    const pairs = parsePairs(
      'Deployed.\n{ "dcr_id": "dcr-1", "retention": 90, "none": null }\nDone.',
    );
    expect([...pairs]).toEqual([
      ['dcr_id', 'dcr-1'],
      ['retention', '90'],
    ]);
  });

  it('are read from outputs that wrap each value', () => {
    expect(parsePairs('{"dcr_id":{"type":"String","value":"dcr-2 "}}').get('dcr_id')).toBe('dcr-2');
  });

  it('are read from lines, with or without quotes', () => {
    const pairs = parsePairs('export TENANT_ID="t-1"\nclient_id: c-1\n\nnot a pair\nempty=');
    expect([...pairs]).toEqual([
      ['tenant_id', 't-1'],
      ['client_id', 'c-1'],
    ]);
  });

  it('are none in a text that holds none', () => {
    expect(parsePairs('').size).toBe(0);
    expect(parsePairs('{ broken').size).toBe(0);
  });
});
