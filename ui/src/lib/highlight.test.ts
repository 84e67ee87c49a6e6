import { describe, expect, it } from 'vitest';
import { indented, pieces } from './highlight';

const text = (parts: { text: string }[]) => parts.map((part) => part.text).join('');

describe('coloured JSON', () => {
  it('is the very text that came, numbers beyond 2^64 and duplicate keys included', () => {
    const came = '{"a":18446744073709551617,"a":-1.5e+9,"b":[true,null,"x\\"y"]}';
    expect(text(pieces(came))).toBe(came);
  });

  it('tells keys from strings', () => {
    const kinds = pieces('{"key": "value"}').map(({ text, kind }) => [text, kind]);
    expect(kinds).toContainEqual(['"key"', 'key']);
    expect(kinds).toContainEqual(['"value"', 'string']);
  });

  it('marks the evidence across pieces and keeps the text', () => {
    const came = '{"text":"Token disabled","code":1}';
    const parts = pieces(came, 'disabled","code"');
    expect(text(parts)).toBe(came);
    expect(text(parts.filter(({ marked }) => marked))).toBe('disabled","code"');
  });

  it('stays plain where it is not JSON', () => {
    expect(pieces('<html>404</html>')).toEqual([
      { text: '<html>404</html>', kind: null, marked: false },
    ]);
  });

  it('marks nothing where the evidence is not in the text', () => {
    expect(pieces('{"a":1}', 'missing').some(({ marked }) => marked)).toBe(false);
  });
});

describe('indented JSON', () => {
  it('has one member a line and changes no value', () => {
    const shown = indented('{"n":18446744073709551617,"list":[1,2],"empty":{},"text":"a, b: {c}"}');
    expect(shown).toBe(
      [
        '{',
        '  "n": 18446744073709551617,',
        '  "list": [',
        '    1,',
        '    2',
        '  ],',
        '  "empty": {},',
        '  "text": "a, b: {c}"',
        '}',
      ].join('\n'),
    );
  });

  it('puts events that follow each other on lines of their own', () => {
    expect(indented('{"a":1}{"b":2}')).toBe('{\n  "a": 1\n}\n{\n  "b": 2\n}');
  });

  it('is refused for a body that was cut or is not JSON', () => {
    expect(indented('{"a":[1,2')).toBeNull();
    expect(indented('plain text')).toBeNull();
  });
});
