import { expect, it } from 'vitest';
import type { Field } from '../../bindings/engine';
import { settingText } from './setting';

const field = (kind: Field['kind'], choices: Field['choices'] = []): Field => ({
  name: 'x',
  label: 'X',
  kind,
  secret: false,
  required: false,
  group: 'main',
  help: '',
  example: '',
  choices,
});

it('a setting is told in words', () => {
  expect(settingText(field('switch'), true)).toBe('On');
  expect(settingText(field('switch'), 'false')).toBe('Off');
  const site = field('choice', [{ value: 'eu', label: 'EU1', help: '' }]);
  expect(settingText(site, 'eu')).toBe('EU1');
  expect(settingText(site, 'other')).toBe('other');
  expect(settingText(field('headers'), [{ key: 'a' }])).toBe('1 row');
});

it('what is not set is told apart from what is empty or off', () => {
  expect(settingText(field('text'), undefined)).toBeNull();
  expect(settingText(field('text'), '')).toBeNull();
  expect(settingText(field('number'), 0)).toBe('0');
});
