import { describe, expect, it } from 'vitest';
import type { Bucket, Throughput } from '../bindings/engine';
import { LEFT, plot, RIGHT, ticks } from './chart';

function bucket(at: number, more: Partial<Bucket> = {}): Bucket {
  return {
    from: new Date(at * 900_000).toISOString(),
    delivered: 150,
    refused: 0,
    set_aside: 0,
    state: 'healthy',
    latency_p50_ms: 50,
    latency_p95_ms: 120,
    ...more,
  };
}

function data(buckets: Bucket[], failing_since: string | null = null): Throughput {
  return { bucket_seconds: 900, buckets, failing_since };
}

it('ticks are round and reach over the largest value', () => {
  expect(ticks(23, 3)).toEqual([0, 10, 20, 30]);
  expect(ticks(160, 2)).toEqual([0, 100, 200]);
  expect(ticks(0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
  expect(ticks(0, 3)).toEqual([0, 1]);
});

describe('the chart', () => {
  it('stays within its panel at any width', () => {
    for (const width of [200, 614, 1_100]) {
      const drawn = plot(data(Array.from({ length: 96 }, (_, at) => bucket(at))), width);
      const last = drawn.bars.at(-1)!;
      expect(drawn.bars[0]!.x).toBeGreaterThanOrEqual(LEFT);
      expect(last.x + last.width).toBeLessThanOrEqual(width - RIGHT + 0.5);
    }
  });

  it('draws no line over a time in which nothing was sent', () => {
    const quiet = bucket(1, { delivered: 0, latency_p50_ms: null, latency_p95_ms: null });
    const { median } = plot(data([bucket(0), quiet, bucket(2)]), 600);
    expect(median.match(/M/g)).toHaveLength(2);
    expect(median).not.toContain('L');
  });

  it('shades from the moment on at which trouble began', () => {
    const buckets = Array.from({ length: 10 }, (_, at) => bucket(at));
    const { zone, step } = plot(data(buckets, buckets[6]!.from), 600);
    expect(zone).toBeCloseTo(LEFT + 6 * step, 0);
  });

  it('shades all of it where trouble began before', () => {
    const buckets = [bucket(10), bucket(11)];
    expect(plot(data(buckets, bucket(0).from), 600).zone).toBe(LEFT);
  });

  it('is empty, not broken, without a bucket', () => {
    const drawn = plot(data([], null), 600);
    expect([drawn.bars, drawn.median, drawn.zone]).toEqual([[], '', null]);
  });
});
