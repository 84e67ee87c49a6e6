import { describe, expect, it } from 'vitest';
import { ago, bytes, compact, date, milliseconds, span, until } from './format';

const NOW = Date.parse('2026-03-10T12:00:00Z');
const before = (ms: number) => new Date(NOW - ms).toISOString();
const HOUR = 3_600_000;

describe('sizes', () => {
  it('count in thousands, with one decimal below ten', () => {
    expect(bytes(0)).toBe('0 B');
    expect(bytes(87)).toBe('87 B');
    expect(bytes(5_100)).toBe('5.1 KB');
    expect(bytes(312_000)).toBe('312 KB');
    expect(bytes(1_240_000)).toBe('1.2 MB');
  });

  it('go to the next unit rather than show a thousand of one', () => {
    expect(bytes(999)).toBe('999 B');
    expect(bytes(999_600)).toBe('1 MB');
  });
});

describe('times', () => {
  it('are relative under 48 hours and a date beyond', () => {
    expect(ago(before(200), NOW)).toBe('just now');
    expect(ago(before(12_000), NOW)).toBe('12 s ago');
    expect(ago(before(6 * 60_000), NOW)).toBe('6 min ago');
    expect(ago(before(26 * HOUR), NOW)).toBe('26 h ago');
    expect(ago(before(49 * HOUR), NOW)).toBe(date(before(49 * HOUR), NOW));
  });

  it('ahead are rounded up, so that nothing is promised too early', () => {
    expect(until(before(-37_100), NOW)).toBe('in 38 s');
    expect(until(before(-61_000), NOW)).toBe('in 2 min');
    expect(until(before(5_000), NOW)).toBe('now');
  });

  it('that lasted are told in their two largest units', () => {
    expect(span(38_000)).toBe('38 s');
    expect(span(4 * HOUR + 20 * 60_000)).toBe('4 h 20 min');
    expect(span(5 * HOUR)).toBe('5 h');
    expect(span(74 * HOUR)).toBe('3 d 2 h');
  });

  it('name the year where it is another one', () => {
    expect(date('2024-11-16T12:00:00Z', NOW)).toContain('2024');
    expect(date('2026-01-16T12:00:00Z', NOW)).not.toContain('2026');
  });
});

it('latencies turn to seconds from one second on', () => {
  expect(milliseconds(182)).toBe('182 ms');
  expect(milliseconds(1_430)).toBe('1.4 s');
});

it('large figures are short where room is scarce, exact below', () => {
  expect(compact(17_726)).toBe('17,726');
  expect(compact(1_400_000)).toBe('1.4M');
});
