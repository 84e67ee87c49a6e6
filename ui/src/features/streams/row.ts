/** What one row says beyond its figures, and the one action that helps it. */
import type { StreamView } from '../../bindings/engine';
import { count, date } from '../../lib/format';
import { streamActions, streams as t } from '../../lib/i18n';
import type { StreamActions } from '../../lib/stream-actions.svelte';

export function reasonOf(stream: StreamView): string | null {
  if (stream.reason) return stream.reason;
  if (stream.status === 'paused' && stream.paused_at)
    return t.pausedSince(date(stream.paused_at, Date.now()));
  if (stream.status === 'idle') return t.idle;
  return stream.verified ? null : t.unverified;
}

export type Mend = { label: string; named: string; run: () => void };

/** `null` where nothing is wrong. */
export function mend(stream: StreamView, actions: StreamActions): Mend | null {
  const { name } = stream;
  switch (stream.status) {
    case 'failing':
      return {
        label: streamActions.fix,
        named: streamActions.fixIt(name),
        run: () => actions.open(stream),
      };
    case 'attention':
      return stream.last_problem?.field
        ? {
            label: streamActions.renew,
            named: streamActions.renewIt(name),
            run: () => actions.edit(stream, stream.last_problem?.field),
          }
        : {
            label: streamActions.fix,
            named: streamActions.fixIt(name),
            run: () => actions.open(stream),
          };
    case 'retrying':
      return {
        label: streamActions.retryNow,
        named: streamActions.tryNowOn(name),
        run: () => void actions.retry(stream),
      };
    case 'paused':
      return {
        label: streamActions.resume,
        named: streamActions.resumeIt(name),
        run: () => void actions.resume(stream),
      };
    default:
      return null;
  }
}

export function sparkLabel(stream: StreamView): string {
  const events = count(stream.delivered_24h);
  if (stream.status === 'failing') return t.spark.failing(events);
  return stream.delivered_24h === 0 ? t.spark.none : t.spark.flowing(events);
}
