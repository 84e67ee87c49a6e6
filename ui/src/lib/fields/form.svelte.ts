/**
 * A form that is drawn from a list of fields: its values, what is wrong with them, and when that
 * may be said. A field is judged when it is left, and from then on at every key until it is right.
 */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Details, Field, FieldError, Guide, Problem, Saved } from '../../bindings/engine';
import { problemOf } from '../problem';
import { Checker } from './checker';
import { stepFor } from './guide';
import { isEmpty, split, startValues, type Value, type Values } from './values';

/** What is found of the values as they stand. */
export interface Found {
  errors: FieldError[];
  warnings: FieldError[];
  /** The details as they would be saved. */
  details: Details;
}

/** The values, as they go to Rust. */
export interface Written {
  details: Details;
  secrets: Record<string, unknown>;
}

export interface Start {
  details?: Details;
  saved?: Record<string, Saved>;
  values?: Values;
}

export class FieldsForm<Check extends Found = Found> {
  /** Names this form in the ids of its fields. */
  readonly place: string;
  readonly fields: Field[];
  /** Says where the values come from. */
  readonly guide: Guide;
  values: Values = $state({});
  check: Check | null = $state.raw(null);
  /** Why the draft could not be checked at all. */
  problem: Problem | null = $state.raw(null);
  /** Grows with each change, so that a report can be known to speak of older values. */
  revision = $state(0);
  /** What a person said of the guide's steps. */
  readonly said = new SvelteMap<number, boolean>();
  focused: string | null = $state(null);
  /** Why the last try failed, where that named a field or a guide step. */
  blamed: Problem | null = $state.raw(null);

  #saved: Record<string, Saved>;
  #replaced = new SvelteSet<string>();
  #typed = new SvelteSet<string>();
  /** Fields whose error may be shown. */
  #judged = new SvelteSet<string>();
  #left = new SvelteSet<string>();
  #look: { soon: () => void; now: () => Promise<Check | null>; stop: () => void };

  constructor(
    fields: Field[],
    guide: Guide,
    ask: (written: Written) => Promise<Check>,
    from: Start = {},
    place = 'field',
  ) {
    this.place = place;
    this.fields = fields;
    this.guide = guide;
    this.#saved = from.saved ?? {};
    this.values = { ...startValues(fields, from.details), ...from.values };
    const checker = new Checker(
      ask,
      (check) => {
        this.check = check;
        this.problem = null;
      },
      (reason) => (this.problem = problemOf(reason)),
    );
    this.#look = {
      soon: () => checker.soon(() => this.written()),
      now: () => checker.now(this.written()),
      stop: () => checker.stop(),
    };
  }

  written(): Written {
    return split(this.fields, $state.snapshot(this.values), (field) => this.keepsSaved(field));
  }

  set(field: string, value: Value): void {
    this.values[field] = value;
    this.#typed.add(field);
    this.revision++;
    this.blamed = null;
    this.#look.soon();
  }

  /** Takes over what a failed try found. Answers whether a field of this form is at fault. */
  blame(problem: Problem): boolean {
    this.blamed = problem;
    return this.fields.some(({ name }) => name === problem.field);
  }

  /** A saved secret stays until a person replaces it. */
  keepsSaved(field: string): boolean {
    return this.#saved[field] === 'saved' && !this.#replaced.has(field);
  }

  wasSaved(field: string): boolean {
    return this.#saved[field] === 'saved';
  }

  replace(field: string): void {
    this.#replaced.add(field);
  }

  keep(field: Field): void {
    this.#replaced.delete(field.name);
    this.values[field.name] = field.kind === 'headers' ? [] : '';
    this.#judged.delete(field.name);
    this.revision++;
    void this.#look.now();
  }

  /** A field was left: it is judged, and tidied where the engine knows better how to write it. */
  async leave(field: string): Promise<void> {
    if (this.focused === field) this.focused = null;
    if (!this.#typed.has(field)) return;
    this.#left.add(field);
    const asked = this.revision;
    const check = await this.#look.now();
    if (!check || asked !== this.revision) return;
    if (this.#found(check.errors, field)) this.#judged.add(field);
    else this.#judged.delete(field);
    this.#adopt(check);
  }

  /** Checks without judging: fills the preview. */
  look(): void {
    void this.#look.now();
  }

  /** Judges everything. The first field at fault, `null` where there is none. */
  async submit(): Promise<{ ok: boolean; field: string | null }> {
    const check = await this.#look.now();
    if (!check) return { ok: false, field: null };
    for (const { field } of check.errors) this.#judged.add(field);
    this.#adopt(check);
    const first = this.ordered().find((field) => this.#found(check.errors, field.name));
    return { ok: check.errors.length === 0, field: first?.name ?? check.errors[0]?.field ?? null };
  }

  /** Takes over details that were accepted where the ones here were not. */
  take(details: Details): void {
    for (const field of this.fields) {
      const found = details[field.name];
      if (field.secret || (typeof found !== 'string' && typeof found !== 'boolean')) continue;
      const now = this.values[field.name];
      if (typeof now === typeof found) this.values[field.name] = found;
    }
    this.revision++;
    void this.#look.now();
  }

  stop(): void {
    this.#look.stop();
  }

  /** Fields in the order they are drawn. */
  ordered(): Field[] {
    const groups = ['main', 'advanced', 'connection'];
    return [...this.fields].sort((a, b) => groups.indexOf(a.group) - groups.indexOf(b.group));
  }

  error(field: string): string | null {
    if (this.blamed?.field === field) return this.blamed.summary;
    if (!this.#judged.has(field)) return null;
    return this.#found(this.check?.errors, field)?.message ?? null;
  }

  warning(field: string): string | null {
    if (this.error(field) !== null) return null;
    return this.#found(this.check?.warnings, field)?.message ?? null;
  }

  /** Its format is right; only Verify says that it works. */
  right(field: string): boolean {
    if (this.keepsSaved(field)) return true;
    if (isEmpty(this.values[field]) || this.blamed?.field === field || !this.check) return false;
    return !this.#found(this.check.errors, field);
  }

  /** A person's own value, not one that was filled in from the start. */
  given(field: string): boolean {
    if (this.keepsSaved(field)) return true;
    const preset = this.fields.find(({ name }) => name === field)?.default ?? '';
    return !isEmpty(this.values[field]) && String(this.values[field]) !== preset;
  }

  /** Whether the green mark is drawn: only once the field was left. */
  marked(field: Field): boolean {
    const shaped = field.pattern !== undefined || field.kind === 'url' || field.secret;
    return shaped && this.#left.has(field.name) && this.right(field.name);
  }

  /** Fields of the main group that are filled and right, of all that must be. */
  get filled(): { done: number; of: number } {
    const required = this.fields.filter((field) => field.required);
    return { done: required.filter((field) => this.right(field.name)).length, of: required.length };
  }

  get faults(): number {
    return this.fields.filter((field) => this.error(field.name) !== null).length;
  }

  /** The guide step that the first error shown points at. */
  get neededStep(): number | null {
    if (this.blamed?.guide_step) return this.blamed.guide_step;
    for (const field of this.ordered()) {
      if (this.error(field.name) === null) continue;
      const step = stepFor(this.guide, field.name);
      if (step !== null) return step;
    }
    return null;
  }

  #adopt(check: Check): void {
    for (const field of this.fields) {
      const typed = this.values[field.name];
      const tidy = check.details[field.name];
      if (field.secret || field.name === this.focused || typeof typed !== 'string') continue;
      if (field.kind === 'pem' || (typeof tidy !== 'string' && typeof tidy !== 'number')) continue;
      if (this.#found(check.errors, field.name)) continue;
      // What an address said about another field fills that one too.
      if (typed.trim() !== '' || !this.#typed.has(field.name))
        this.values[field.name] = String(tidy);
    }
  }

  #found(all: FieldError[] | undefined, field: string): FieldError | undefined {
    return all?.find((error) => error.field === field);
  }
}
