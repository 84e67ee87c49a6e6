import { expect, it } from 'vitest';
import { windowOf } from './window';

it('draws every row of a short table', () => {
  expect(windowOf(200, 50, 4_000, 600)).toEqual({ from: 0, to: 200, before: 0, after: 0 });
});

it('keeps the whole height whatever is drawn', () => {
  for (const top of [0, 137, 25_000, 49_400, 90_000]) {
    const { from, to, before, after } = windowOf(1_000, 50, top, 600);
    expect(before + (to - from) * 50 + after).toBe(50_000);
  }
});

it('draws what is in sight, and some beyond', () => {
  for (const top of [0, 3_333, 25_000, 49_400]) {
    const { from, to } = windowOf(1_000, 50, top, 600);
    expect(from * 50).toBeLessThanOrEqual(top);
    expect(to * 50).toBeGreaterThanOrEqual(Math.min(50_000, top + 600));
    expect(to - from).toBeLessThan(60);
  }
});
