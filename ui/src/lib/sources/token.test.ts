import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ShownToken } from './token.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('a token that is shown hides by itself, and the page forgets it', () => {
  const token = new ShownToken();
  token.show('secret');
  expect([token.text, token.left]).toEqual(['secret', 30]);
  vi.advanceTimersByTime(10_000);
  expect(token.left).toBe(20);
  vi.advanceTimersByTime(20_000);
  expect([token.text, token.left]).toEqual([null, 0]);
});

it('showing it again starts the time anew', () => {
  const token = new ShownToken();
  token.show('one');
  vi.advanceTimersByTime(20_000);
  token.show('two');
  vi.advanceTimersByTime(20_000);
  expect(token.text).toBe('two');
});
