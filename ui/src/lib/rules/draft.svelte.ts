/**
 * A stream's filter and redaction while they are edited, and what they would do to the journal's
 * newest events. Draws nothing.
 */
import type {
  Filter,
  FilterCondition,
  Preview,
  PreviewAsk,
  Problem,
  Redaction,
  RedactionRule,
} from '../../bindings/engine';
import type { Host } from '../../host/host';
import { Checker } from '../fields/checker';
import { problemOf } from '../problem';

export interface Rules {
  filter: Filter;
  redaction: Redaction;
}

export const noRules = (): Rules => ({ filter: { conditions: [] }, redaction: { rules: [] } });

/** Rows of each side that the preview shows. */
const ROWS = 50;

// What says nothing yet is not asked about, so it is no place in an answer either.
const said = ({ values }: FilterCondition) => values.length > 0;
const given = ({ path }: RedactionRule) => path.trim() !== '';

type Numbered<T> = T & { id: number };

export class RulesDraft {
  conditions: Numbered<FilterCondition>[] = $state.raw([]);
  rules: Numbered<RedactionRule>[] = $state.raw([]);
  preview: Preview | null = $state.raw(null);
  /** Why there is no preview. */
  problem: Problem | null = $state.raw(null);
  /** The preview speaks of older rules. */
  stale = $state(false);

  /** The stream that exists already, whose key makes the hashes. */
  readonly stream: string | null;

  #of: { source: string | null; stream: string | null };
  #checker: Checker<PreviewAsk, Preview>;
  #last = 0;
  #start: string;

  /** `of`: the source whose events are looked at, and the stream whose key makes the hashes. */
  constructor(host: Host, rules: Rules, of: { source: string | null; stream: string | null }) {
    this.#of = of;
    this.stream = of.stream;
    this.conditions = rules.filter.conditions.map((condition) => this.#numbered(condition));
    this.rules = rules.redaction.rules.map((rule) => this.#numbered(rule));
    this.#start = JSON.stringify(this.written());
    this.#checker = new Checker(
      (ask) => host.call('preview_filter', { ask }),
      (preview) => {
        this.preview = preview;
        this.problem = null;
        this.stale = false;
      },
      (reason) => (this.problem = problemOf(reason)),
    );
  }

  /** Whether anything was changed. */
  get touched(): boolean {
    return JSON.stringify(this.written()) !== this.#start;
  }

  /** What is wrong with a condition, or with a rule. */
  error(part: 'filter' | 'redaction', id: number): string | null {
    const written: { id: number }[] =
      part === 'filter' ? this.conditions.filter(said) : this.rules.filter(given);
    const at = written.findIndex((one) => one.id === id);
    return this.preview?.errors.find(({ field }) => field === `${part}.${at}`)?.message ?? null;
  }

  addCondition(condition: FilterCondition): number {
    const added = this.#numbered(condition);
    this.conditions = [...this.conditions, added];
    this.#soon();
    return added.id;
  }

  changeCondition(id: number, change: Partial<FilterCondition>): void {
    this.conditions = this.conditions.map((one) => (one.id === id ? { ...one, ...change } : one));
    this.#soon();
  }

  removeCondition(id: number): void {
    this.conditions = this.conditions.filter((one) => one.id !== id);
    this.#soon();
  }

  /** Takes a preset in place of what is there. Answers how to undo it. */
  replaceConditions(filter: Filter): () => void {
    const before = this.conditions;
    this.conditions = filter.conditions.map((condition) => this.#numbered(condition));
    this.#soon();
    return () => {
      this.conditions = before;
      this.#soon();
    };
  }

  addRules(rules: RedactionRule[]): number | null {
    const paths = new Set(this.rules.map(({ path }) => path));
    const fresh = rules
      .filter(({ path }) => path === '' || !paths.has(path))
      .map((rule) => this.#numbered(rule));
    this.rules = [...this.rules, ...fresh];
    this.#soon();
    return fresh.at(-1)?.id ?? null;
  }

  changeRule(id: number, change: Partial<RedactionRule>): void {
    this.rules = this.rules.map((one) => (one.id === id ? { ...one, ...change } : one));
    this.#soon();
  }

  removeRule(id: number): void {
    this.rules = this.rules.filter((one) => one.id !== id);
    this.#soon();
  }

  /** What is to be saved. What says nothing yet is left out. */
  written(): Rules {
    return {
      filter: {
        conditions: this.conditions
          .filter(said)
          .map(({ field, exclude, values }) => ({ field, exclude, values })),
      },
      redaction: {
        rules: this.rules.filter(given).map(({ path, action }) => ({ path: path.trim(), action })),
      },
    };
  }

  /** Looks at once. The first place at fault, `null` where there is none. */
  async look(): Promise<string | null> {
    const preview = await this.#checker.now(this.#ask());
    return preview?.errors[0]?.field ?? null;
  }

  stop(): void {
    this.#checker.stop();
  }

  #ask(): PreviewAsk {
    return { ...this.#of, ...this.written(), limit: ROWS };
  }

  #soon(): void {
    this.stale = true;
    this.#checker.soon(() => this.#ask());
  }

  #numbered<T>(one: T): Numbered<T> {
    this.#last += 1;
    return { ...one, id: this.#last };
  }
}
