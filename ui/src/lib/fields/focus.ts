/** Where fields stand on the page, so that what is wrong can be led to. */

const FOCUSABLE = 'input, textarea, button, [tabindex="0"]';

/** `place`: which form, where two may be on the page. */
export const fieldId = (name: string, place = 'field'): string => `${place}-${name}`;

/** Focuses a field, whatever it is drawn as; unfolds what hides it. */
export function focusOn(name: string, where?: string): void {
  const place = document.getElementById(fieldId(name, where));
  if (!place) return;
  const control = place.matches(FOCUSABLE)
    ? place
    : (place.querySelector<HTMLElement>('[aria-invalid="true"], [aria-checked="true"]') ??
      place.querySelector<HTMLElement>(FOCUSABLE));
  control?.focus();
  control?.scrollIntoView?.({ block: 'nearest' });
}
