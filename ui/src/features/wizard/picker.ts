/** Finding a provider: search over its names, categories, and arrow keys in two dimensions. */
import type { About, Category } from '../../bindings/engine';

export interface Found {
  about: About;
  /** The other name that was asked for, where it was one. */
  alias: string | null;
}

/** Providers that every word of `query` fits, in the order given. */
export function search(providers: About[], query: string): Found[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  return providers.flatMap((about): Found[] => {
    const own = folded([about.name, about.id, about.tagline].join(' '));
    const missing = words.filter((word) => !own.includes(word));
    if (missing.length === 0) return [{ about, alias: null }];
    const alias = about.aliases.find((name) =>
      missing.every((word) => folded(name).includes(word)),
    );
    return alias === undefined ? [] : [{ about, alias }];
  });
}

/** The categories that have providers, with their counts. */
export function categories(providers: About[]): { category: Category; count: number }[] {
  const counts = new Map<Category, number>();
  for (const { category } of providers) {
    counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  return [...counts].map(([category, count]) => ({ category, count }));
}

export interface Box {
  x: number;
  y: number;
}

const DIRECTIONS: Record<string, { along: 'x' | 'y'; sign: 1 | -1 }> = {
  ArrowRight: { along: 'x', sign: 1 },
  ArrowLeft: { along: 'x', sign: -1 },
  ArrowDown: { along: 'y', sign: 1 },
  ArrowUp: { along: 'y', sign: -1 },
};

/**
 * Where an arrow key leads from box `from`: the nearest box in that direction, whatever the
 * layout. Sideways past the end of a line it goes on with the next one, as reading does.
 */
export function moved(boxes: Box[], from: number, key: string): number {
  if (key === 'Home') return 0;
  if (key === 'End') return boxes.length - 1;
  const start = boxes[from];
  const direction = DIRECTIONS[key];
  if (!start || !direction) return from;
  const { along, sign } = direction;
  if (along === 'x') return Math.min(Math.max(from + sign, 0), boxes.length - 1);

  let best = from;
  let bestAway = Infinity;
  boxes.forEach((box, at) => {
    const ahead = (box.y - start.y) * sign;
    // A line ahead counts for more than any distance to the side.
    const away = ahead * 10_000 + Math.abs(box.x - start.x);
    if (ahead > 1 && away < bestAway) {
      best = at;
      bestAway = away;
    }
  });
  return best;
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
