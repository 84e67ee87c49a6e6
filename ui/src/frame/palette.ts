/** What the command palette offers for what was typed. */
import type { Component } from 'svelte';
import type { About, StreamView } from '../bindings/engine';
import { count } from '../lib/format';
import { palette as t } from '../lib/i18n';
import { rank } from '../lib/status';
import type { StreamAction } from '../lib/stream-actions.svelte';

export type Item = {
  id: string;
  label: string;
  hint?: string;
  keys?: string;
  run: () => void;
  /** What stands before it. */
  mark: { stream: StreamView } | { provider: string } | { icon: Component };
  stream?: StreamView;
};

export type Group = { name: string; items: Item[] };

export type Known = {
  streams: StreamView[];
  providers: About[];
  /** The stream under the keyboard. */
  selected: StreamView | undefined;
  pages: Item[];
  creating: Item[];
  open: (stream: StreamView) => void;
  create: (provider: About) => void;
  actions: (stream: StreamView) => StreamAction[];
};

const MOST = 6;

export function offered(query: string, known: Known): Group[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const found = known.streams
    .filter((stream) => matches(words, `${stream.name} ${stream.provider_name}`))
    .sort(
      (a, b) => starts(query, b.name) - starts(query, a.name) || rank(a.status) - rank(b.status),
    )
    .slice(0, words.length === 0 ? 3 : MOST);
  const subject = words.length === 0 ? known.selected : (found[0] ?? subjectOf(words, known));
  const actions = subject
    ? known
        .actions(subject)
        .filter(
          (action) =>
            words.length === 0 || matches(words, `${action.named} ${subject.provider_name}`),
        )
    : [];
  const groups: Group[] = [
    {
      name: t.streams,
      items: found.map((stream) => ({
        id: `stream-${stream.id}`,
        label: stream.name,
        hint: t.openStream,
        mark: { stream },
        stream,
        run: () => known.open(stream),
      })),
    },
    {
      name: subject?.name ?? '',
      items: actions.map((action) => ({
        id: `action-${action.id}`,
        label: action.named,
        mark: { icon: action.icon },
        run: action.run,
        ...(action.keys ? { keys: action.keys } : {}),
        ...(action.id === 'replay' && subject && subject.set_aside > 0
          ? { hint: t.failedEvents(count(subject.set_aside)) }
          : {}),
      })),
    },
    {
      name: t.pages,
      items: known.pages.filter((page) => words.length === 0 || matches(words, page.label)),
    },
    {
      name: t.create,
      items: [
        ...known.creating.filter((item) => words.length === 0 || matches(words, item.label)),
        ...(words.length === 0 ? [] : known.providers)
          .filter((about) => matches(words, [about.name, about.id, ...about.aliases].join(' ')))
          .slice(0, MOST)
          .map((about) => ({
            id: `provider-${about.id}`,
            label: t.newStreamTo(about.name),
            hint: t.opensAtCredentials,
            mark: { provider: about.id },
            run: () => known.create(about),
          })),
      ],
    },
  ];
  // What is under the keyboard comes first where nothing was typed.
  if (words.length === 0 && known.selected) groups.unshift(...groups.splice(1, 1));
  return groups.filter((group) => group.items.length > 0);
}

/** `pause splunk`: the verb is the action's, the rest names the stream. */
function subjectOf(words: string[], known: Known): StreamView | undefined {
  return known.streams.find((stream) =>
    known.actions(stream).some((action) => matches(words, action.named)),
  );
}

function matches(words: string[], text: string): boolean {
  const lower = text.toLocaleLowerCase();
  return words.every((word) => lower.includes(word));
}

const starts = (query: string, text: string) =>
  text.toLocaleLowerCase().startsWith(query.trim().toLocaleLowerCase()) ? 1 : 0;

/** The label in parts, those that were typed marked. */
export function lit(label: string, query: string): { text: string; hit: boolean }[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const lower = label.toLocaleLowerCase();
  const hits = Array.from({ length: label.length }, () => false);
  for (const word of words) {
    const at = lower.indexOf(word);
    if (at >= 0) hits.fill(true, at, at + word.length);
  }
  const parts: { text: string; hit: boolean }[] = [];
  for (let at = 0; at < label.length; at++) {
    const last = parts.at(-1);
    if (last && last.hit === hits[at]) last.text += label[at];
    else parts.push({ text: label[at]!, hit: hits[at]! });
  }
  return parts;
}
