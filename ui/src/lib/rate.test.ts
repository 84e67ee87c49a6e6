import { expect, it } from 'vitest';
import { Rate } from './rate';

it('counts the last minute only', () => {
  const rate = new Rate();
  rate.note(0, 0);
  rate.note(60_000, 600);
  rate.note(120_000, 630);
  expect(rate.perMinute(120_000)).toBe(30);
});

it('says nothing while it has seen too little', () => {
  const rate = new Rate();
  rate.note(0, 5);
  expect(rate.perMinute(4_000)).toBeNull();
  expect(rate.perMinute(30_000)).toBe(0);
});

it('starts anew where the total shrank', () => {
  const rate = new Rate();
  rate.note(0, 1_000);
  rate.note(30_000, 10);
  expect(rate.perMinute(60_000)).toBe(0);
});
