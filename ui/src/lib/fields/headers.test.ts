import { describe, expect, it } from 'vitest';
import { headerRow, keptRows, renamed, rowsOf, sentRows } from './headers';

describe('header rows', () => {
  it.each(['Authorization', 'authorization', 'X-Api-Key', 'dd-api-key', 'x-sumo-token', 'Cookie'])(
    'lock themselves where the name carries a credential: %s',
    (name) => {
      expect(headerRow(name, 'v').secret).toBe(true);
    },
  );

  it.each(['X-Log-Stream', 'X-Keyboard', 'Tokenizer', 'Accept'])('stay open for %s', (name) => {
    expect(headerRow(name, 'v').secret).toBe(false);
  });

  it('unlock again when the name changes, unless a person set the lock', () => {
    const row = headerRow('X-Token', 'v');
    expect(renamed(row, 'X-Tokens').secret).toBe(false);
    expect(renamed({ ...row, byHand: true }, 'X-Tokens').secret).toBe(true);
  });

  it('are sent trimmed and without empty rows', () => {
    expect(sentRows([headerRow(' X-A ', ' 1 '), headerRow('', '')])).toEqual([
      { key: 'X-A', value: '1', secret: false },
    ]);
  });

  it('lose their secret values, never their names, in a kept draft', () => {
    const kept = keptRows([headerRow('Authorization', 'Bearer planted'), headerRow('X-A', '1')]);
    expect(kept.map(({ key, value }) => [key, value])).toEqual([
      ['Authorization', ''],
      ['X-A', '1'],
    ]);
  });

  it('are read from a saved value, and from nonsense as none', () => {
    expect(rowsOf([{ key: 'X-A', value: '1', secret: true }])[0]?.secret).toBe(true);
    expect(rowsOf('nonsense')).toEqual([]);
    expect(rowsOf([3, null, {}])).toEqual([]);
  });
});
