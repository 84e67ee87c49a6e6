/** What a status means to a person: whether somebody has to act, and in which order it sorts. */
import type { Status, StreamView } from '../bindings/engine';

/** As in every list: what needs someone first. */
export const STATUSES: readonly Status[] = [
  'failing',
  'attention',
  'retrying',
  'healthy',
  'paused',
  'idle',
];

export const rank = (status: Status): number => STATUSES.indexOf(status);

/** Red and violet: a person has to do something. */
export const needsYou = (status: Status): boolean => status === 'failing' || status === 'attention';

export const delivers = (status: Status): boolean => status === 'healthy' || status === 'attention';

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** The order of lists: what needs someone first, then by name. */
export function inOrder(streams: StreamView[]): StreamView[] {
  return [...streams].sort(
    (a, b) => rank(a.status) - rank(b.status) || names.compare(a.name, b.name),
  );
}

export type Counts = Record<Status, number> & { all: number; needsYou: number; delivering: number };

export function counts(streams: StreamView[]): Counts {
  const all: Counts = {
    failing: 0,
    attention: 0,
    retrying: 0,
    healthy: 0,
    paused: 0,
    idle: 0,
    all: streams.length,
    needsYou: 0,
    delivering: 0,
  };
  for (const { status } of streams) {
    all[status] += 1;
    if (needsYou(status)) all.needsYou += 1;
    if (delivers(status)) all.delivering += 1;
  }
  return all;
}
