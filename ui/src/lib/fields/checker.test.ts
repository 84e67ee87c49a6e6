import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DraftCheck, StreamDraft } from '../../bindings/engine';
import { Checker } from './checker';

const draft = (name: string): StreamDraft => ({
  provider: 'p',
  name,
  source: null,
  details: {},
  secrets: {},
  stream: null,
});
const check = (name: string): DraftCheck => ({
  errors: [],
  warnings: [],
  details: { name },
  preview: null,
});

describe('checking a draft', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('waits for a pause in typing and asks once, with what stands there then', async () => {
    const ask = vi.fn(async (asked: StreamDraft) => check(asked.name));
    const checker = new Checker(
      ask,
      () => {},
      () => {},
    );
    let name = 'a';
    checker.soon(() => draft(name));
    checker.soon(() => draft(name));
    name = 'abc';
    await vi.runAllTimersAsync();
    expect(ask).toHaveBeenCalledOnce();
    expect(ask.mock.calls[0]![0].name).toBe('abc');
  });

  it('lets only the latest question count, whatever order the answers come in', async () => {
    const answers: ((check: DraftCheck) => void)[] = [];
    const heard: string[] = [];
    const checker = new Checker<StreamDraft, DraftCheck>(
      () => new Promise((answer) => answers.push(answer)),
      (got) => heard.push(String(got.details.name)),
      () => {},
    );
    const first = checker.now(draft('first'));
    const second = checker.now(draft('second'));
    answers[1]!(check('second'));
    answers[0]!(check('first'));
    expect(await second).not.toBeNull();
    expect(await first).toBeNull();
    expect(heard).toEqual(['second']);
  });

  it('says nothing more once stopped', async () => {
    const heard = vi.fn();
    const checker = new Checker(async (asked: StreamDraft) => check(asked.name), heard, heard);
    const asked = checker.now(draft('a'));
    checker.soon(() => draft('b'));
    checker.stop();
    await vi.runAllTimersAsync();
    expect(await asked).toBeNull();
    expect(heard).not.toHaveBeenCalled();
  });

  it('reports a question that could not be asked', async () => {
    const failed = vi.fn();
    const checker = new Checker(
      () => Promise.reject(new Error('gone')),
      () => {},
      failed,
    );
    expect(await checker.now(draft('a'))).toBeNull();
    expect(failed).toHaveBeenCalledOnce();
  });
});
