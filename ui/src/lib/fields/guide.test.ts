import { describe, expect, it } from 'vitest';
import type { Guide } from '../../bindings/engine';
import { stepFor, stepStates } from './guide';

const step = (title: string, fields: string[]) => ({
  title,
  body: [],
  fields,
  copy: [],
  links: [],
});
const guide: Guide = {
  intro: '',
  steps: [
    step('Register', ['id', 'secret']),
    step('Workspace', []),
    step('Rule', ['rule']),
    step('Find', ['preset']),
  ],
};
const done = (right: string[], said: [number, boolean][] = [], needed: number | null = null) =>
  stepStates(
    guide,
    (field) => right.includes(field),
    (field) => right.includes(field) && field !== 'preset',
    new Map(said),
    needed,
  ).map((s) => s.done);

describe('the steps of a guide', () => {
  it('are done once all their fields are right', () => {
    expect(done(['id'])).toEqual([false, false, false, false]);
    expect(done(['id', 'secret'])).toEqual([true, false, false, false]);
  });

  it('without fields are done only where a person ticks them', () => {
    expect(done([], [[2, true]])).toEqual([false, true, false, false]);
  });

  it('follow what a person said over what the form says', () => {
    expect(done(['rule'], [[3, false]])).toEqual([false, false, false, false]);
  });

  it('are never done while an error points at them', () => {
    expect(done(['rule'], [], 3)).toEqual([false, false, false, false]);
  });

  it('are not done by what was filled in from the start', () => {
    expect(done(['preset'])).toEqual([false, false, false, false]);
  });

  it('are found by field', () => {
    expect(stepFor(guide, 'rule')).toBe(3);
    expect(stepFor(guide, 'unknown')).toBeNull();
  });
});
