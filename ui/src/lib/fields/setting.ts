/** A setting as words; `null` where it is not set. */
import type { Field, JsonValue } from '../../bindings/engine';
import { fields } from '../i18n';

const t = fields;

export function settingText(field: Field, value: JsonValue | undefined): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (field.kind === 'switch') return value === true || value === 'true' ? t.on : t.off;
  if (field.kind === 'choice') {
    const chosen = field.choices.find((choice) => choice.value === String(value));
    return chosen?.label ?? String(value);
  }
  if (Array.isArray(value)) return t.headers(value.length);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
