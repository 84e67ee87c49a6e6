/**
 * What a person typed into a provider's form, by field name, and what of it goes to Rust.
 *
 * Only the field's own description decides how a value is read; no provider is known here.
 * Secrets leave this module in one direction: into `StreamDraft.secrets`.
 */
import type { Details, Field, JsonValue } from '../../bindings/engine';
import { type HeaderRow, keptRows, rowsOf, sentRows } from './headers';

export type Value = string | boolean | HeaderRow[];
export type Values = Record<string, Value>;

/** The form at its start: saved details where there are some, else each field's default. */
export function startValues(fields: Field[], saved: Details = {}): Values {
  return Object.fromEntries(
    fields.map((field) => [
      field.name,
      startValue(field, field.secret ? undefined : saved[field.name]),
    ]),
  );
}

function startValue(field: Field, saved: JsonValue | undefined): Value {
  switch (field.kind) {
    case 'switch':
      return saved === undefined || saved === null ? field.default === 'true' : saved === true;
    case 'headers':
      return rowsOf(saved);
    default:
      if (saved === undefined || saved === null) return field.default ?? '';
      return typeof saved === 'object' ? JSON.stringify(saved) : String(saved);
  }
}

/** A value given as text, as the practice receiver tells what it takes. */
export function readValue(field: Field, text: string): Value {
  if (field.kind === 'switch') return text === 'true';
  if (field.kind !== 'headers') return text;
  try {
    return rowsOf(JSON.parse(text));
  } catch {
    return [];
  }
}

/** Details and secrets of these values. A saved secret that is not replaced is left out. */
export function split(
  fields: Field[],
  values: Values,
  keepsSaved: (field: string) => boolean,
): { details: Details; secrets: Record<string, unknown> } {
  const details: Details = {};
  const secrets: Record<string, unknown> = {};
  for (const field of fields) {
    const value = sentValue(field, values[field.name]);
    if (field.secret) {
      if (!keepsSaved(field.name) && value !== undefined) secrets[field.name] = value;
    } else if (value !== undefined) {
      details[field.name] = value;
    }
  }
  return { details, secrets };
}

function sentValue(field: Field, value: Value | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return sentRows(value);
  if (typeof value !== 'string') return value;
  const text = field.kind === 'pem' || field.secret ? value : value.trim();
  if (text === '') return undefined;
  // What is no number goes as it was typed, so that the engine can say what is wrong with it.
  if (field.kind === 'number' && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text;
}

/** The values as a kept draft may hold them. */
export function withoutSecrets(fields: Field[], values: Values): Values {
  const kept: Values = {};
  for (const field of fields) {
    const value = values[field.name];
    if (Array.isArray(value)) kept[field.name] = keptRows(value);
    else if (!field.secret && value !== undefined) kept[field.name] = value;
  }
  return kept;
}

export function isEmpty(value: Value | undefined): boolean {
  if (Array.isArray(value)) return sentRows(value).length === 0;
  return (
    value === undefined || value === false || (typeof value === 'string' && value.trim() === '')
  );
}

/** A pasted secret without the spaces and line breaks that copying adds. */
export function tidySecret(pasted: string): { text: string; tidied: boolean } {
  const text = pasted.replace(/[\r\n\u2028\u2029]+\s*/g, '').trim();
  return { text, tidied: text !== pasted };
}
