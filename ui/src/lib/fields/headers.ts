/** Header rows: a name, a value, and whether the value is a secret. */

export interface HeaderRow {
  key: string;
  value: string;
  /** Redacted wherever a request is shown. */
  secret: boolean;
  /** A person set the lock; the name no longer does. */
  byHand: boolean;
}

/** Headers of these names carry a credential, so their rows lock themselves. */
const CREDENTIAL = /^(proxy-)?authorization$|^cookie$|(^|[-_])(key|token|secret|password)$/i;

export function emptyRow(): HeaderRow {
  return { key: '', value: '', secret: false, byHand: false };
}

export function headerRow(key: string, value: string): HeaderRow {
  return { key, value, secret: CREDENTIAL.test(key.trim()), byHand: false };
}

/** The row under a new name: it locks or unlocks itself unless a person has set the lock. */
export function renamed(row: HeaderRow, key: string): HeaderRow {
  return { ...row, key, secret: row.byHand ? row.secret : CREDENTIAL.test(key.trim()) };
}

/** The rows that say something, as the engine takes them. */
export function sentRows(rows: HeaderRow[]): { key: string; value: string; secret: boolean }[] {
  return rows
    .filter((row) => row.key.trim() !== '' || row.value.trim() !== '')
    .map(({ key, value, secret }) => ({ key: key.trim(), value: value.trim(), secret }));
}

/** The rows as a kept draft may hold them: names stay, secret values go. */
export function keptRows(rows: HeaderRow[]): HeaderRow[] {
  return rows.map((row) => (row.secret ? { ...row, value: '' } : { ...row }));
}

/** What a saved value (or nothing) gives back as rows. */
export function rowsOf(saved: unknown): HeaderRow[] {
  if (!Array.isArray(saved)) return [];
  return saved.flatMap((row: unknown) => {
    if (typeof row !== 'object' || row === null || !('key' in row)) return [];
    const { key, value, secret } = row as Record<string, unknown>;
    const made = headerRow(String(key), String(value ?? ''));
    return [
      typeof secret === 'boolean' ? { ...made, secret, byHand: secret !== made.secret } : made,
    ];
  });
}
