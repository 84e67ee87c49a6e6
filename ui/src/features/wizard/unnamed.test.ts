import { expect, it } from 'vitest';
import { providers } from '../../host/scripted/providers';

const components = import.meta.glob<string>('/src/**/*.svelte', {
  query: '?raw',
  import: 'default',
  eager: true,
});

it('no component names a provider: forms are drawn from what providers say of themselves', () => {
  // `custom` and `practice` are categories too, which components may tell apart.
  const named = providers.filter(({ id, category }) => id !== category);
  const words = [...named.flatMap(({ id, name }) => [id, name]), 'azure', 'cribl', 'sumo'];
  const pattern = new RegExp(`\\b(${words.join('|')})\\b`, 'i');
  expect(Object.keys(components).length).toBeGreaterThan(20);
  const guilty = Object.entries(components).filter(([, text]) => pattern.test(text));
  expect(guilty.map(([file]) => file)).toEqual([]);
});
