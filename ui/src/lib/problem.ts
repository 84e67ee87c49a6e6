/** What a failed call rejects with. The words are the engine's; the page only shows them. */
import type { Problem } from '../bindings/engine';
import { problems } from './i18n';

export function isProblem(reason: unknown): reason is Problem {
  return typeof reason === 'object' && reason !== null && 'code' in reason && 'summary' in reason;
}

/** Anything that is not a `Problem` is a defect of the page itself; it is shown all the same. */
export function problemOf(reason: unknown): Problem {
  if (isProblem(reason)) return reason;
  const detail = reason instanceof Error ? reason.message : String(reason);
  return { code: 'page', summary: problems.page, next_steps: [problems.pageNext], detail };
}
