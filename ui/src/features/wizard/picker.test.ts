import { describe, expect, it } from 'vitest';
import type { About, Category } from '../../bindings/engine';
import { categories, moved, search } from './picker';

const about = (name: string, category: Category, aliases: string[] = []): About => ({
  id: name.toLowerCase().replace(' ', '_'),
  name,
  category,
  tagline: `${name} over HTTP`,
  monogram: name.slice(0, 2),
  hue: 0,
  aliases,
  fields: [],
  guide: { intro: '', steps: [] },
  after_accepted: '',
});
const providers = [
  about('Splunk', 'siem', ['HEC']),
  about('Better Stack', 'observability', ['Logtail']),
  about('Custom', 'custom', ['Webhook']),
];

describe('searching providers', () => {
  it('finds every provider for an empty query', () => {
    expect(search(providers, '  ').map((found) => found.about.name)).toHaveLength(3);
  });

  it('finds other names, and says which one it was', () => {
    expect(search(providers, 'logtail')).toMatchObject([
      { about: { name: 'Better Stack' }, alias: 'Logtail' },
    ]);
  });

  it('wants every word, in any order and any case', () => {
    expect(search(providers, 'HTTP spl').map((found) => found.about.name)).toEqual(['Splunk']);
    expect(search(providers, 'splunk logtail')).toEqual([]);
  });

  it('counts the categories that have providers', () => {
    expect(categories(providers)).toEqual([
      { category: 'siem', count: 1 },
      { category: 'observability', count: 1 },
      { category: 'custom', count: 1 },
    ]);
  });
});

describe('arrow keys in the grid', () => {
  // Three columns, the last line with one card.
  const grid = [0, 1, 2, 3, 4, 5, 6].map((at) => ({
    x: (at % 3) * 100,
    y: Math.floor(at / 3) * 100,
  }));

  it.each([
    [0, 'ArrowRight', 1],
    [2, 'ArrowRight', 3],
    [6, 'ArrowRight', 6],
    [0, 'ArrowLeft', 0],
    [1, 'ArrowDown', 4],
    [4, 'ArrowDown', 6],
    [6, 'ArrowUp', 3],
    [0, 'ArrowUp', 0],
    [6, 'ArrowDown', 6],
    [4, 'Home', 0],
    [0, 'End', 6],
    [2, 'x', 2],
  ])('lead from %i with %s to %i', (from, key, to) => {
    expect(moved(grid, from, key)).toBe(to);
  });
});
