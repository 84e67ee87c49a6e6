import { describe, expect, it, vi } from 'vitest';
import type { FilterChoices, Preview, PreviewAsk } from '../../bindings/engine';
import type { Host } from '../../host/host';
import { changedLines } from './changes';
import { noRules, RulesDraft } from './draft.svelte';
import { groupsOf, matching, valuesIn } from './options';
import { pathsIn } from './paths';
import { filterText, redactionText } from './words';

const choices: FilterChoices = {
  types: [
    { class: 'management', name: 'Management', help: '', types: ['create-secret', 'update-org'] },
    { class: 'data-access', name: 'Data access', help: '', types: ['get-secrets'] },
  ],
  presets: [],
  templates: [],
  actor_kinds: [{ value: 'user', label: 'User', help: '' }],
  user_agent_kinds: [],
};

function draft(errors: Preview['errors'] = []) {
  const call = vi.fn(async (_: string, _takes: { ask: PreviewAsk }): Promise<Preview> => ({
    errors,
    looked_at: 10,
    matched: 4,
    rows: [],
  }));
  const host = { call } as unknown as Host;
  return { call, draft: new RulesDraft(host, noRules(), { source: 'here', stream: null }) };
}

describe('values of a condition', () => {
  it('are found by the words of their names, in the groups they belong to', () => {
    const found = matching(groupsOf('event_type', choices), 'secret create');
    expect(found.map(({ name, options }) => [name, options.map(({ value }) => value)])).toEqual([
      ['Management', ['create-secret']],
    ]);
  });

  it('are cut to what is drawn, and the rest is counted', () => {
    const many = Array.from({ length: 100 }, (_, n) => ({ value: `v${n}`, label: `v${n}` }));
    const [group] = matching([{ name: 'All', options: many, more: 0 }], '');
    expect([group!.options.length + group!.more, group!.more > 0]).toEqual([100, true]);
  });

  it('may be pasted as a list', () => {
    expect(valuesIn('a, b\nc;a,, ')).toEqual(['a', 'b', 'c']);
  });
});

describe('rules under way', () => {
  it('ask for a preview of what says something, and leave out what says nothing yet', async () => {
    const { draft: some, call } = draft();
    some.addCondition({ field: 'actor', exclude: false, values: [] });
    some.addCondition({ field: 'ip', exclude: true, values: ['10.0.0.0/8'] });
    some.addRules([{ path: ' ', action: 'mask' }]);
    await some.look();
    expect(call.mock.calls[0]![1].ask).toMatchObject({
      source: 'here',
      filter: { conditions: [{ field: 'ip', exclude: true, values: ['10.0.0.0/8'] }] },
      redaction: { rules: [] },
    });
    expect(some.preview?.matched).toBe(4);
  });

  it('lead what is wrong to its own row, past rows that say nothing', async () => {
    const { draft: some } = draft([{ field: 'filter.0', message: 'No address.' }]);
    const empty = some.addCondition({ field: 'actor', exclude: false, values: [] });
    const wrong = some.addCondition({ field: 'ip', exclude: false, values: ['x'] });
    expect(await some.look()).toBe('filter.0');
    expect([some.error('filter', empty), some.error('filter', wrong)]).toEqual([
      null,
      'No address.',
    ]);
  });

  it('take a preset in place of what is there, and give it back', () => {
    const { draft: some } = draft();
    some.addCondition({ field: 'project', exclude: false, values: ['a'] });
    const undo = some.replaceConditions({
      conditions: [{ field: 'event_class', exclude: false, values: ['authentication'] }],
    });
    expect(filterText(some.written().filter)).toBe('Event class is authentication');
    undo();
    expect(filterText(some.written().filter)).toBe('Project is a');
  });

  it('add a template’s paths only once', () => {
    const { draft: some } = draft();
    const template = [{ path: 'ipAddress', action: 'mask' as const }];
    some.addRules(template);
    some.addRules(template);
    expect(redactionText(some.written().redaction)).toBe('Mask ipAddress');
  });
});

describe('what redaction changes', () => {
  it('is shown line by line between what stays', () => {
    const before = '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}';
    const after = '{\n  "a": 1,\n  "b": 9\n}';
    expect(changedLines(before, after).map(({ kind, text }) => `${kind} ${text.trim()}`)).toEqual([
      'same {',
      'same "a": 1,',
      'gone "b": 2,',
      'gone "c": 3',
      'new "b": 9',
      'same }',
    ]);
  });

  it('is nothing where nothing is redacted', () => {
    expect(changedLines('a\nb', 'a\nb').every(({ kind }) => kind === 'same')).toBe(true);
  });

  it('offers the paths of values, lists walked through and dots within keys marked', () => {
    expect(pathsIn('{"a":{"b.c":1},"list":[{"x":"y"}],"none":null}')).toEqual([
      'a.b\\.c',
      'list.x',
    ]);
    expect(pathsIn('{"cut":')).toEqual([]);
  });
});

it('many values are named in part and counted', () => {
  const values = ['a', 'b', 'c', 'd', 'e'];
  expect(filterText({ conditions: [{ field: 'event_type', exclude: true, values }] })).toBe(
    'Event type is not a, b, c, and 2 more',
  );
});
