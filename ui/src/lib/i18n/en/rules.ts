import type { FilterField, RedactionAction } from '../../../bindings/engine';

const plural = (n: number, one: string, many: string) => (n === 1 ? one : many);

/** Filters and redaction. */
export const rules = {
  text: 'Which events leave, and in which form',
  parts: 'Filter and redaction',
  filter: 'Filter',
  redaction: 'Redaction',
  preview: 'Preview',
  appliesFromNow: 'Holds for everything that is still to be delivered.',
  apply: 'Apply',
  applying: 'Checking…',
  save: 'Save changes',
  saving: 'Saving…',
  saved: 'Changes saved',

  fields: {
    event_type: {
      label: 'Event type',
      example: 'Search types, or type one',
      hint: 'Any type, also one that is not listed. * stands for any text.',
    },
    event_class: {
      label: 'Event class',
      example: 'Choose classes',
      hint: 'Each type belongs to one class; types that are new count as management.',
    },
    actor_kind: {
      label: 'Actor kind',
      example: 'Choose kinds',
      hint: 'Who acted: a person, a machine identity, the platform itself.',
    },
    actor: {
      label: 'Actor',
      example: 'ada@example.com',
      hint: 'E-mail address, name or ID. * stands for any text.',
    },
    project: { label: 'Project', example: 'payments-api', hint: 'Name or ID of the project.' },
    environment: { label: 'Environment', example: 'prod', hint: 'As it is called in the project.' },
    secret_path: {
      label: 'Secret path',
      example: '/billing/*',
      hint: 'The folder of a secret. * stands for any text.',
    },
    user_agent_kind: {
      label: 'User agent kind',
      example: 'Choose kinds',
      hint: 'What was used: the web page, the command line, an operator.',
    },
    ip: {
      label: 'IP address',
      example: '10.0.0.0/8',
      hint: 'An address, a network such as 10.0.0.0/8, or a range such as 10.0.0.1-10.0.0.9.',
    },
  } satisfies Record<FilterField, { label: string; example: string; hint: string }>,

  presets: 'Filters to start from',
  startFrom: 'Start from',
  replacedBy: (name: string) => `Replaced by ${name}.`,
  undo: 'Undo',
  noConditions: 'Every event is taken. Add a condition to take only some.',
  addCondition: 'Add condition',
  conditionNumber: (n: number) => `Condition ${n}`,
  removeCondition: (field: string) => `Remove the condition on ${field}`,
  howJoined:
    'An event is taken where it meets the conditions on every field; of several values, or several conditions on one field, one is enough. “Without” always keeps out.',
  look: 'Field',
  meaning: 'Takes or leaves out',
  only: 'Only',
  without: 'Without',
  removeValue: (value: string, field: string) => `Remove ${value} from ${field}`,
  suggestions: (field: string) => `${field}, suggestions`,
  takeIt: (text: string) => `Take “${text}”`,
  typeForMore: (count: string) => `${count} more: type to find them`,

  templates: 'Redactions to add',
  addFrom: 'Add',
  noRules: 'Events leave as they came. Add a path to change or remove its value.',
  addRule: 'Add path',
  ruleNumber: (n: number) => `Path ${n}`,
  path: 'Path',
  pathExample: 'actorMetadata.email',
  paths: 'In your events',
  actions: { mask: 'Mask', hash: 'Hash', remove: 'Remove' } satisfies Record<
    RedactionAction,
    string
  >,
  actionOf: (path: string) => `What happens to ${path}`,
  actionHints: {
    mask: 'A part stays readable: a***@example.com, 203.0.113.0/24.',
    hash: 'The same value is recognised by its hash. The key is in your keychain.',
    remove: 'Neither the name nor the value leaves.',
  } satisfies Record<RedactionAction, string>,
  removeRule: (path: string) => `Remove the rule for ${path}`,
  originalKept:
    'The journal keeps the original. What is delivered, and every request shown here, is redacted.',

  ofLast: (count: string) => `of the last ${count} events are taken`,
  share: 'Share of events that are taken',
  show: 'Events shown',
  taken: (count: string) => `Taken ${count}`,
  leftOut: (count: string) => `Left out ${count}`,
  noneTaken: 'No event would be taken.',
  noneLeftOut: 'No event would be left out.',
  noEvents: 'No event to try it on yet',
  noEventsText: 'As soon as events arrive, this shows which of them are taken.',
  mend: 'Mend what is marked to see the preview.',
  passes: 'Taken:',
  keptOut: 'Left out:',
  noType: 'no type',
  beforeAfter: 'The event, before and after redaction',
  gone: 'Removed:',
  fresh: 'Instead:',

  allEvents: 'All events',
  nothingRedacted: 'Nothing',
  condition: (field: string, exclude: boolean, values: string) =>
    exclude ? `${field} is not ${values}` : `${field} is ${values}`,
  more: (n: number) => plural(n, '1 more', `${n} more`),
  rule: (path: string, action: string) => `${action} ${path}`,

  title: (name: string) => `Events of ${name}`,
  titleUnnamed: 'Events of this stream',

  newKey: 'New hash key',
  newKeyTitle: 'Make a new key for hashes?',
  newKeyText:
    'The same value then gets another hash than before, and what was delivered until now is not recognised by it any more.',
  newKeyKeep: 'Keep key',
  newKeyDo: 'Make new key',
  newKeyMaking: 'Making…',
  newKeyMade: 'New hash key made',
  edit: 'Choose events',
  redact: 'Redact',
};
