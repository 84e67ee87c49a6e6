import { expect, it } from 'vitest';
import { inline } from './inline';

it('knows bold, code and links, and leaves the rest as text', () => {
  expect(inline('Open **Settings**, then `x` at [docs](https://a.example/b).')).toEqual([
    { kind: 'text', text: 'Open ' },
    { kind: 'bold', text: 'Settings' },
    { kind: 'text', text: ', then ' },
    { kind: 'code', text: 'x' },
    { kind: 'text', text: ' at ' },
    { kind: 'link', text: 'docs', url: 'https://a.example/b' },
    { kind: 'text', text: '.' },
  ]);
});

it('makes no link of an address that is not https', () => {
  expect(inline('[x](javascript:alert(1))').every(({ kind }) => kind === 'text')).toBe(true);
});
