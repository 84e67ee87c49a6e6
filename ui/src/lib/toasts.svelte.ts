/**
 * Short notices at the bottom right: at most three, gone after five seconds unless they tell of
 * an error or are being read. Never the only place where an error appears.
 */
import { createContext } from 'svelte';
import type { Problem } from '../bindings/engine';
import { problemOf } from './problem';

export type Toast = {
  id: number;
  kind: 'done' | 'info' | 'error';
  text: string;
  detail?: string;
  action?: { label: string; run: () => void };
  /** Milliseconds; errors stay. */
  stays: number;
};

const AT_MOST = 3;
const USUAL = 5_000;

export class Toasts {
  shown: Toast[] = $state.raw([]);
  #last = 0;

  done(text: string, more: Partial<Pick<Toast, 'detail' | 'action' | 'stays'>> = {}): number {
    return this.#add({ kind: 'done', text, stays: USUAL, ...more });
  }

  info(text: string, more: Partial<Pick<Toast, 'detail' | 'action' | 'stays'>> = {}): number {
    return this.#add({ kind: 'info', text, stays: USUAL, ...more });
  }

  /** What a failed call was rejected with. */
  failed(reason: unknown): Problem {
    const problem = problemOf(reason);
    const detail = problem.next_steps[0] ?? problem.cause;
    this.#add({
      kind: 'error',
      text: problem.summary,
      stays: Infinity,
      ...(detail ? { detail } : {}),
    });
    return problem;
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  #add(toast: Omit<Toast, 'id'>): number {
    const id = ++this.#last;
    this.shown = [...this.shown, { id, ...toast }].slice(-AT_MOST);
    return id;
  }
}

export const [useToasts, provideToasts] = createContext<Toasts>();
