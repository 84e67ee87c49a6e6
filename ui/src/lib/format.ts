/** Numbers, sizes and times as a person reads them, in the system's locale. */
import { format as t } from './i18n';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const whole = new Intl.NumberFormat();
const tenths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const percents = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const days = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const years = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const minutes = new Intl.DateTimeFormat(undefined, clock);
const seconds = new Intl.DateTimeFormat(undefined, { ...clock, second: '2-digit' });
const stamp = { year: 'numeric', month: '2-digit', day: '2-digit', ...clock } as const;
const local = new Intl.DateTimeFormat(undefined, { ...stamp, second: '2-digit' });
const utc = new Intl.DateTimeFormat(undefined, { ...stamp, second: '2-digit', timeZone: 'UTC' });
const lists = new Intl.ListFormat(undefined, { type: 'conjunction' });

export const count = (n: number): string => whole.format(n);
export const compact = (n: number): string => (n < 100_000 ? whole.format(n) : short.format(n));
export const percent = (share: number): string => percents.format(share);
export const list = (parts: string[]): string => lists.format(parts);

/** `312 KB`, `5.1 KB`, `87 B`: powers of 1,000, one decimal below ten. */
export function bytes(n: number): string {
  let unit = 0;
  let size = n;
  while (size >= 999.5 && unit < t.bytes.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  const text = unit > 0 && size < 9.95 ? tenths.format(size) : whole.format(Math.round(size));
  return t.sized(text, t.bytes[unit] ?? '');
}

/** `182 ms`, `1.4 s`. */
export function milliseconds(ms: number): string {
  return ms < 1_000 ? t.ms(whole.format(Math.round(ms))) : t.seconds(tenths.format(ms / 1_000));
}

/** How long something has lasted: `38 s`, `6 min`, `4 h 20 min`, `3 d 2 h`. */
export function span(ms: number): string {
  const n = (value: number) => whole.format(Math.floor(value));
  if (ms < MINUTE) return t.span.seconds(n(Math.max(0, ms) / SECOND));
  if (ms < HOUR) return t.span.minutes(n(ms / MINUTE));
  if (ms < 2 * DAY) {
    const rest = (ms % HOUR) / MINUTE;
    const hours = n(ms / HOUR);
    return rest < 1 ? t.span.wholeHours(hours) : t.span.hours(hours, n(rest));
  }
  return t.span.days(n(ms / DAY), n((ms % DAY) / HOUR));
}

/** `12 s ago` under 48 hours, then the date. */
export function ago(iso: string, now: number): string {
  const past = now - Date.parse(iso);
  const n = (value: number) => whole.format(Math.floor(value));
  if (past < SECOND) return t.ago.now;
  if (past < MINUTE) return t.ago.seconds(n(past / SECOND));
  if (past < HOUR) return t.ago.minutes(n(past / MINUTE));
  if (past < 2 * DAY) return t.ago.hours(n(past / HOUR));
  return date(iso, now);
}

/** `in 38 s`. */
export function until(iso: string, now: number): string {
  const ahead = Date.parse(iso) - now;
  const n = (value: number) => whole.format(Math.ceil(value));
  if (ahead <= 0) return t.in.now;
  if (ahead < MINUTE) return t.in.seconds(n(ahead / SECOND));
  if (ahead < HOUR) return t.in.minutes(n(ahead / MINUTE));
  return t.in.hours(n(ahead / HOUR));
}

/** `16 Nov`, with the year where it is another one. */
export function date(iso: string, now: number): string {
  const at = new Date(iso);
  const thisYear = at.getFullYear() === new Date(now).getFullYear();
  return (thisYear ? days : years).format(at);
}

/** `14:02` */
export const clockMinutes = (iso: string): string => minutes.format(new Date(iso));

/** `14:02:11`, for logs. */
export const clockSeconds = (iso: string): string => seconds.format(new Date(iso));

/** `14:02:11` today, else the date before it. */
export function logTime(iso: string, now: number): string {
  const sameDay = new Date(iso).toDateString() === new Date(now).toDateString();
  return sameDay ? clockSeconds(iso) : `${date(iso, now)}, ${clockSeconds(iso)}`;
}

/** Local and UTC to the second, for a tooltip. */
export function exact(iso: string): string {
  const at = new Date(iso);
  return t.exact(local.format(at), utc.format(at));
}
