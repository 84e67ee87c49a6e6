import { expect, it } from 'vitest';
import type { Bucket, Status } from '../bindings/engine';
import { sparkPaths } from './spark';

const hour = (delivered: number, state: Status | null): Bucket => ({
  from: '2026-03-10T12:00:00Z',
  delivered,
  refused: 0,
  set_aside: 0,
  state,
  latency_p50_ms: null,
  latency_p95_ms: null,
});

const marks = (path: string) => path.match(/M/g)?.length ?? 0;

it('every hour has a mark, in the colour of what it was', () => {
  const paths = sparkPaths([
    hour(100, 'healthy'),
    hour(50, 'retrying'),
    hour(0, 'failing'),
    hour(0, 'paused'),
    hour(0, 'idle'),
    hour(0, null),
  ]);
  expect(marks(paths.bars)).toBe(2);
  expect(marks(paths.retrying)).toBe(1);
  expect(marks(paths.failing)).toBe(1);
  expect(marks(paths.still)).toBe(2);
  expect(marks(paths.none)).toBe(1);
});

it('the busiest hour fills the height, the quietest can still be seen', () => {
  const { bars } = sparkPaths([hour(1_000_000, 'healthy'), hour(1, 'healthy')]);
  const heights = [...bars.matchAll(/v([\d.]+)/g)].map(([, height]) => Number(height));
  expect(heights).toEqual([22, 1.5]);
});
