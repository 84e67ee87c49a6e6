/** The setup guide beside the form: which steps are done, and which one is needed now. */
import type { Guide } from '../../bindings/engine';

export interface StepState {
  /** Counted from 1. */
  number: number;
  done: boolean;
  /** An error points here. */
  needed: boolean;
}

/** The step that gives a field's value, counted from 1. */
export function stepFor(guide: Guide, field: string): number | null {
  const at = guide.steps.findIndex((step) => step.fields.includes(field));
  return at < 0 ? null : at + 1;
}

/**
 * A step is done once every field it gives is right and a person gave at least one of them, or
 * where a person says so; what a person said holds. The step that an error points at is never done.
 */
export function stepStates(
  guide: Guide,
  right: (field: string) => boolean,
  given: (field: string) => boolean,
  said: ReadonlyMap<number, boolean>,
  needed: number | null,
): StepState[] {
  return guide.steps.map((step, at) => {
    const number = at + 1;
    const filled = step.fields.every(right) && step.fields.some(given);
    return {
      number,
      done: number !== needed && (said.get(number) ?? filled),
      needed: number === needed,
    };
  });
}
