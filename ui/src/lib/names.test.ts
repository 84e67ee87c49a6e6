import { describe, expect, it } from 'vitest';
import { nameFault, suggestName } from './names';

describe('a suggested name', () => {
  it('is the base where that is free, else the first free number', () => {
    expect(suggestName('Splunk', [])).toBe('Splunk');
    expect(suggestName('Splunk', ['splunk', 'Splunk 2'])).toBe('Splunk 3');
  });
});

describe('a name', () => {
  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['x'.repeat(300), 'long'],
    ['🪵'.repeat(101), 'long'],
    ['soc SPLUNK ', 'taken'],
    ['two\nlines', 'control'],
  ])('is refused: %j', (name, fault) => {
    expect(nameFault(name, ['SOC Splunk'])).toBe(fault);
  });

  it.each(['🚰 audit', '監査ログ', 'x'.repeat(100), '🪵'.repeat(100)])('is fine: %j', (name) => {
    expect(nameFault(name, ['SOC Splunk'])).toBeNull();
  });
});
