import { describe, expect, it } from 'vitest';
import { treeOf } from './json-tree';

describe('a tree of JSON', () => {
  it('keeps numbers and keys as they were written', () => {
    const tree = treeOf('{"n": 12345678901234567890.10, "a":1, "a":2}');
    expect(tree?.children.map(({ key, text }) => [key, text])).toEqual([
      ['n', '12345678901234567890.10'],
      ['a', '1'],
      ['a', '2'],
    ]);
  });

  it('holds objects and lists within each other', () => {
    const tree = treeOf('[{"x":[true,null,"a \\" b"]}, {}]');
    expect(tree?.kind).toBe('array');
    expect(tree?.children[0]?.children[0]).toMatchObject({ key: 'x', kind: 'array' });
    expect(tree?.children[0]?.children[0]?.children.map(({ kind }) => kind)).toEqual([
      'literal',
      'literal',
      'string',
    ]);
    expect(tree?.children[1]).toMatchObject({ kind: 'object', children: [] });
  });

  it.each(['', '{', '{"a"}', '{"a":1,}', '[1 2]', '{"a":1} x', 'nonsense', '{"a":01x}'])(
    'is none where the text is no whole JSON: %s',
    (text) => expect(treeOf(text)).toBeNull(),
  );
});
