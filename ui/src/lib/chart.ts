/** Geometry of the throughput and latency chart: buckets in, rectangles and lines out. */
import type { Bucket, Throughput } from '../bindings/engine';

export const LEFT = 36;
export const RIGHT = 8;
const RATE = { top: 26, bottom: 134 };
const LATENCY = { top: 168, bottom: 222 };
export const HEIGHT = 246;

export type Tick = { at: number; value: number };
export type Bar = { x: number; y: number; width: number; height: number; index: number };

export type Plot = {
  width: number;
  step: number;
  bars: Bar[];
  refused: { x: number; width: number }[];
  rateTicks: Tick[];
  latencyTicks: Tick[];
  median: string;
  p95: string;
  /** Where trouble began, as an x. */
  zone: number | null;
  times: { x: number; at: string; anchor: 'start' | 'middle' }[];
  rate: typeof RATE;
  latency: typeof LATENCY;
};

/** Round steps: 1, 2 or 5 times a power of ten, about `parts` of them. */
export function ticks(most: number, parts: number): number[] {
  if (most <= 0) return [0, 1];
  const rough = most / parts;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? 10 * power;
  const out: number[] = [];
  for (let value = 0; ; value += step) {
    out.push(Number(value.toPrecision(12)));
    if (value >= most) return out;
  }
}

export function plot(data: Throughput, width: number): Plot {
  const { buckets, bucket_seconds: seconds } = data;
  const inner = Math.max(10, width - LEFT - RIGHT);
  const step = inner / Math.max(1, buckets.length);
  const perMinute = (bucket: Bucket) => (bucket.delivered / seconds) * 60;
  const rates = ticks(Math.max(...buckets.map(perMinute), 0), 3);
  const slow = ticks(Math.max(...buckets.map((b) => b.latency_p95_ms ?? 0), 0), 2);
  const rateY = scale(rates.at(-1) ?? 1, RATE);
  const slowY = scale(slow.at(-1) ?? 1, LATENCY);
  const x = (at: number) => LEFT + at * step;
  const first = buckets[0];
  const since = data.failing_since && first ? Date.parse(data.failing_since) : null;
  const zone =
    since === null || !first
      ? null
      : Math.max(LEFT, x((since - Date.parse(first.from)) / 1_000 / seconds));
  return {
    width,
    step,
    bars: buckets
      .map((bucket, index) => {
        const y = rateY(perMinute(bucket));
        return {
          x: round(x(index) + step * 0.12),
          y: round(y),
          width: round(Math.max(1, step * 0.76)),
          height: round(RATE.bottom - y),
          index,
        };
      })
      .filter((bar) => bar.height > 0),
    refused: buckets.flatMap(({ refused }, index) =>
      refused > 0
        ? [{ x: round(x(index) + step * 0.12), width: round(Math.max(2, step * 0.76)) }]
        : [],
    ),
    rateTicks: rates.map((value) => ({ value, at: round(rateY(value)) })),
    latencyTicks: slow.map((value) => ({ value, at: round(slowY(value)) })),
    median: line(buckets, x, step, slowY, 'latency_p50_ms'),
    p95: line(buckets, x, step, slowY, 'latency_p95_ms'),
    zone: zone === null ? null : round(zone),
    times: times(buckets, x, inner),
    rate: RATE,
    latency: LATENCY,
  };
}

function scale(most: number, { top, bottom }: { top: number; bottom: number }) {
  return (value: number) => bottom - (value / (most || 1)) * (bottom - top);
}

/** Broken where nothing was sent, so that no line claims what nobody measured. */
function line(
  buckets: Bucket[],
  x: (at: number) => number,
  step: number,
  y: (value: number) => number,
  field: 'latency_p50_ms' | 'latency_p95_ms',
): string {
  let path = '';
  let drawing = false;
  buckets.forEach((bucket, at) => {
    const value = bucket[field];
    if (value === null) {
      drawing = false;
      return;
    }
    path += `${drawing ? 'L' : 'M'}${round(x(at) + step / 2)} ${round(y(value))}`;
    drawing = true;
  });
  return path;
}

/** Every sixth of the span, and room for "now" at its end. */
function times(buckets: Bucket[], x: (at: number) => number, inner: number): Plot['times'] {
  const every = Math.max(1, Math.round(buckets.length / 6));
  return buckets.flatMap(({ from }, at) =>
    at % every === 0 && x(at) < LEFT + inner - 48
      ? [{ x: round(x(at)), at: from, anchor: at === 0 ? ('start' as const) : ('middle' as const) }]
      : [],
  );
}

const round = (n: number) => Math.round(n * 10) / 10;
