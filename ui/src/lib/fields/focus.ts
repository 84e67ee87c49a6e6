/** Where fields stand on the page, so that what is wrong can be led to. */

const FOCUSABLE = 'input, textarea, button, [tabindex="0"]';

export const fieldId = (name: string): string => `field-${name}`;

/** Focuses a field, whatever it is drawn as; unfolds what hides it. */
export function focusOn(name: string): void {
  const place = document.getElementById(fieldId(name));
  if (!place) return;
  const control = place.matches(FOCUSABLE)
    ? place
    : (place.querySelector<HTMLElement>('[aria-invalid="true"], [aria-checked="true"]') ??
      place.querySelector<HTMLElement>(FOCUSABLE));
  control?.focus();
  control?.scrollIntoView?.({ block: 'nearest' });
}
