/** Which rows of a long table are drawn, and how much room stands in for the rest. */
export type Window = { from: number; to: number; before: number; after: number };

/** Up to this many rows all are drawn. */
const ALL = 200;
/** Rows drawn beyond what is in sight, and the step in which the window moves. */
const BEYOND = 12;
const STEP = 6;

export function windowOf(rows: number, rowHeight: number, top: number, height: number): Window {
  if (rows <= ALL) return { from: 0, to: rows, before: 0, after: 0 };
  const row = rowHeight || 50;
  const seen = Math.ceil((height || 800) / row);
  const first = Math.max(0, Math.min(Math.floor(top / row), rows - seen));
  const from = Math.max(0, Math.floor(first / STEP) * STEP - BEYOND);
  const to = Math.min(rows, from + seen + 2 * BEYOND + STEP);
  return { from, to, before: from * row, after: (rows - to) * row };
}
