/** Filters and redactions in words, for where they are only told of. */
import type { Filter, FilterCondition, FilterField, Redaction } from '../../bindings/engine';
import { list } from '../format';
import { rules as t } from '../i18n';

/** In the order they are offered. */
export const FILTER_FIELDS: FilterField[] = [
  'event_type',
  'event_class',
  'actor_kind',
  'actor',
  'project',
  'environment',
  'secret_path',
  'user_agent_kind',
  'ip',
];

/** As many values as are named before the rest is counted. */
const NAMED = 3;

export function conditionText({ field, exclude, values }: FilterCondition): string {
  const named = values.slice(0, NAMED);
  const rest = values.length - named.length;
  const all = rest > 0 ? [...named, t.more(rest)] : named;
  return t.condition(t.fields[field].label, exclude, list(all));
}

export function filterText(filter: Filter): string {
  return filter.conditions.length === 0
    ? t.allEvents
    : filter.conditions.map(conditionText).join(' · ');
}

export function redactionText(redaction: Redaction): string {
  return redaction.rules.length === 0
    ? t.nothingRedacted
    : redaction.rules.map(({ path, action }) => t.rule(path, t.actions[action])).join(' · ');
}
