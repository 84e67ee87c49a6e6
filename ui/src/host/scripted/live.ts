/** Live events, and filters tried on them: by event type alone, as much as a page needs. */
import type {
  EventDetail,
  EventFate,
  EventRow,
  EventsAsk,
  EventsPage,
  Filter,
  FilterChoices,
  Preview,
  PreviewAsk,
} from '../../bindings/engine';
import { problem, type World } from './world';

const TYPES: Record<string, string[]> = {
  management: ['create-secret', 'delete-project', 'update-org'],
  'data-access': ['get-secrets', 'reveal-secret'],
  authentication: ['user-login', 'login-identity-universal-auth-failed'],
  authorization: ['permission-denied'],
};
const PEOPLE = ['ava.lindqvist@example.com', 'j.okafor@example.com', 'ci-bot'];
const PROJECTS = ['payments-api', 'identity-core', null];
/** At the start; `window.world.arrived` grows it. */
const KEPT = 2_000;

const last = (world: World) => KEPT + world.arrived;

export const choices: FilterChoices = {
  types: Object.entries(TYPES).map(([name, types]) => ({ class: name, name, help: '', types })),
  presets: [
    {
      id: 'administration-only',
      name: 'Administration only',
      help: 'Changes to projects, members, roles, identities, integrations and settings.',
      filter: { conditions: [{ field: 'event_class', exclude: false, values: ['management'] }] },
    },
  ],
  templates: [
    {
      id: 'ip-address',
      name: 'IP addresses',
      help: 'Only the network leaves.',
      rules: [{ path: 'ipAddress', action: 'mask' }],
    },
  ],
  actor_kinds: [{ value: 'user', label: 'User', help: '' }],
  user_agent_kinds: [{ value: 'web', label: 'Web', help: '' }],
};

const types = Object.values(TYPES).flat();
const pick = <T>(list: T[], seq: number): T => list[seq % list.length]!;

function textOf(seq: number): string {
  return JSON.stringify({
    id: `event-${seq}`,
    actor: 'user',
    actorMetadata: { email: pick(PEOPLE, seq) },
    ipAddress: `203.0.113.${seq % 250}`,
    eventType: pick(types, seq),
    eventMetadata: { secretPath: '/', environment: 'prod' },
    createdAt: new Date(Date.now() - (KEPT - seq) * 1_000).toISOString(),
    projectName: pick(PROJECTS, seq),
  });
}

function passes({ conditions }: Filter, type: string): boolean {
  const kind = Object.keys(TYPES).find((name) => TYPES[name]!.includes(type));
  return conditions.every(({ field, exclude, values }) => {
    if (field === 'event_type') return values.includes(type) !== exclude;
    if (field === 'event_class') return values.includes(kind!) !== exclude;
    return true;
  });
}

function rowOf(world: World, seq: number): EventRow {
  const type = pick(types, seq);
  const source = world.sources[0];
  const time = new Date(Date.now() - (KEPT - seq) * 1_000).toISOString();
  const fates = world.streams.slice(0, 10).map(({ id, filter, waiting }): EventFate => {
    if (!passes(filter, type)) return { stream: id, fate: 'filtered' };
    return { stream: id, fate: last(world) - seq < waiting ? 'waiting' : 'delivered' };
  });
  return {
    seq,
    accepted_at: time,
    source: source?.id ?? null,
    source_name: source?.name ?? '',
    event_type: type,
    event_id: `event-${seq}`,
    actor: pick(PEOPLE, seq),
    project: pick(PROJECTS, seq),
    time,
    bytes: textOf(seq).length,
    fates,
  };
}

export function eventsOf(world: World, ask: EventsAsk): EventsPage {
  const rows: EventRow[] = [];
  const wanted = ask.search?.toLowerCase() ?? '';
  let seq = Math.min(ask.before ?? Infinity, last(world) + 1) - 1;
  for (; seq > (ask.after ?? 0) && rows.length < ask.limit; seq -= 1) {
    if (textOf(seq).toLowerCase().includes(wanted)) rows.push(rowOf(world, seq));
  }
  return { rows, looked_back_to: seq + 1, more: seq > (ask.after ?? 0), last_seq: last(world) };
}

export function eventOf(world: World, seq: number): EventDetail {
  if (seq < 1 || seq > last(world))
    throw problem('event-unknown', `The journal does not hold event ${seq}.`);
  return { row: rowOf(world, seq), event: textOf(seq), cut: false };
}

export function previewOf({ filter, redaction, limit }: PreviewAsk): Preview {
  const all = Array.from({ length: KEPT }, (_, at) => KEPT - at).map((seq) => {
    const before = textOf(seq);
    const hidden = redaction.rules.some(({ path }) => path === 'ipAddress');
    const [event_type, actor] = [pick(types, seq), pick(PEOPLE, seq)];
    return {
      seq,
      accepted_at: new Date(Date.now() - (KEPT - seq) * 1_000).toISOString(),
      passes: passes(filter, event_type),
      event_type,
      actor,
      before,
      after: hidden ? before.replace(/203\.0\.113\.\d+/, '203.0.113.0/24') : before,
    };
  });
  const passing = all.filter(({ passes }) => passes);
  const others = all.filter(({ passes }) => !passes);
  const rows = [...passing.slice(0, limit), ...others.slice(0, limit)];
  return {
    errors: [],
    looked_at: all.length,
    matched: passing.length,
    rows: rows.sort((a, b) => b.seq - a.seq),
  };
}
