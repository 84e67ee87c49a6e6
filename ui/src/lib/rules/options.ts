/** What may be chosen as a condition's value, in groups, for what was typed so far. */
import type { FilterChoices, FilterField } from '../../bindings/engine';

export type Option = { value: string; label: string; help?: string };
export type OptionGroup = {
  name: string;
  options: Option[];
  /** Left out of `options`. */ more: number;
};

/** Options of one group that are drawn; a search narrows them. */
const SHOWN = 24;

export function groupsOf(field: FilterField, choices: FilterChoices): OptionGroup[] {
  const plain = (options: Option[]): OptionGroup[] => [{ name: '', options, more: 0 }];
  switch (field) {
    case 'event_type':
      return choices.types.map(({ name, types }) => ({
        name,
        options: types.map((value) => ({ value, label: value })),
        more: 0,
      }));
    case 'event_class':
      return plain(
        choices.types.map(({ class: value, name, help }) => ({ value, label: name, help })),
      );
    case 'actor_kind':
      return plain(choices.actor_kinds);
    case 'user_agent_kind':
      return plain(choices.user_agent_kinds);
    default:
      return [];
  }
}

/** Those that hold every word of the query, each group cut to what is drawn. */
export function matching(groups: OptionGroup[], query: string): OptionGroup[] {
  const words = query
    .toLocaleLowerCase()
    .split(/[\s-]+/)
    .filter(Boolean);
  return groups
    .map(({ name, options }) => {
      const found = options.filter(({ value, label }) => {
        const text = `${value} ${label}`.toLocaleLowerCase();
        return words.every((word) => text.includes(word));
      });
      return { name, options: found.slice(0, SHOWN), more: Math.max(0, found.length - SHOWN) };
    })
    .filter(({ options }) => options.length > 0);
}

/** What was typed or pasted as several values: by commas and lines. */
export function valuesIn(text: string): string[] {
  return [...new Set(text.split(/[,\n;]+/).map((part) => part.trim()))].filter(Boolean);
}
