/** Which streams the list shows, and in which order. */
import type { Status, StreamView } from '../../bindings/engine';
import { needsYou, rank } from '../../lib/status';

export type Column = 'name' | 'source' | 'status' | 'last' | 'delivered' | 'waiting';
export type Sort = { column: Column; down: boolean };
export type StatusFilter = 'all' | 'needs-you' | Status;

export type Filter = {
  query: string;
  status: StatusFilter;
  /** Empty: any. `all`: streams that take every source. */
  source: string;
  provider: string;
};

export const noFilter: Filter = { query: '', status: 'all', source: '', provider: '' };

/** As first shown: what needs someone on top. */
export const firstSort: Sort = { column: 'status', down: true };

export function isFiltered(filter: Filter): boolean {
  return (
    filter.query.trim() !== '' ||
    filter.status !== 'all' ||
    filter.source !== '' ||
    filter.provider !== ''
  );
}

export function filtered(streams: StreamView[], filter: Filter): StreamView[] {
  const words = filter.query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return streams.filter((stream) => {
    if (filter.status === 'needs-you' ? !needsYou(stream.status) : false) return false;
    if (filter.status !== 'all' && filter.status !== 'needs-you' && stream.status !== filter.status)
      return false;
    if (filter.provider && stream.provider !== filter.provider) return false;
    if (filter.source && (stream.source ?? 'all') !== filter.source) return false;
    if (words.length === 0) return true;
    const text = `${stream.name} ${stream.provider_name} ${stream.endpoint}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/**
 * Where each name stands among the others. Comparing names costs the most of sorting, and they
 * hardly ever change, while rows do each second.
 */
let places = new Map<string, number>();

function placesOf(streams: StreamView[]): ReadonlyMap<string, number> {
  if (streams.every(({ name }) => places.has(name))) return places;
  const all = [...new Set(streams.map(({ name }) => name))].sort(names.compare);
  let place = 0;
  places = new Map(
    all.map((name, at) => {
      if (at > 0 && names.compare(all[at - 1] ?? '', name) !== 0) place += 1;
      return [name, place];
    }),
  );
  return places;
}

/** Equal rows stand by name, so that nothing jumps about. */
export function sorted(
  streams: StreamView[],
  { column, down }: Sort,
  sourceName: (id: string | null) => string,
): StreamView[] {
  const at = placesOf(streams);
  const byName = (a: StreamView, b: StreamView) => (at.get(a.name) ?? 0) - (at.get(b.name) ?? 0);
  const by: Record<Column, (a: StreamView, b: StreamView) => number> = {
    name: (a, b) => byName(b, a),
    source: (a, b) => names.compare(sourceName(b.source), sourceName(a.source)),
    status: (a, b) => rank(a.status) - rank(b.status),
    last: (a, b) => time(b.last_delivered_at) - time(a.last_delivered_at),
    delivered: (a, b) => b.delivered_24h - a.delivered_24h,
    waiting: (a, b) => b.waiting - a.waiting,
  };
  const compare = by[column];
  const sign = down ? 1 : -1;
  return [...streams].sort((a, b) => sign * compare(a, b) || byName(a, b));
}

function time(at: string | null): number {
  return at === null ? 0 : Date.parse(at);
}

/** Sums of the summary strip. */
export function totals(streams: StreamView[]) {
  let delivered = 0;
  let waiting = 0;
  let failed = 0;
  let oldest: string | null = null;
  const hours = Array.from({ length: 24 }, () => 0);
  for (const stream of streams) {
    delivered += stream.delivered_24h;
    waiting += stream.waiting;
    failed += stream.set_aside;
    if (stream.oldest_waiting_at && stream.status !== 'paused')
      if (oldest === null || stream.oldest_waiting_at < oldest) oldest = stream.oldest_waiting_at;
    stream.hours.forEach((hour, at) => (hours[at] = (hours[at] ?? 0) + hour.delivered));
  }
  return { delivered, waiting, failed, oldest, hours };
}

/** Lines of the area behind the day's figure, in a box of the given size. */
export function area(hours: number[], width: number, height: number): string {
  const most = Math.max(1, ...hours);
  return hours
    .map((value, at) => {
      const x = (at / Math.max(1, hours.length - 1)) * width;
      const y = height - 1.5 - (value / most) * (height - 6);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}
