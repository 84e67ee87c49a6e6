/** Checks a draft as the engine does, in so far as the page shows it. */
import type {
  DraftCheck,
  FieldError,
  JsonValue,
  ShownRequest,
  StreamDraft,
  StreamView,
} from '../../bindings/engine';
import { providers } from './providers';
import { sketched } from './streams';
import { sample } from './verify';
import type { World } from './world';

export function checked(world: World, draft: StreamDraft): DraftCheck {
  const about = providers.find(({ id }) => id === draft.provider);
  const errors: FieldError[] = [];
  const warnings: FieldError[] = [];
  const details: Record<string, JsonValue> = {};
  const before = world.streams.find(({ id }) => id === draft.stream);
  for (const field of about?.fields ?? []) {
    const value = field.secret ? draft.secrets[field.name] : draft.details[field.name];
    const text = typeof value === 'string' ? value.trim() : value;
    const stored = field.secret && before?.secrets[field.name] === 'saved';
    if (field.required && !text && !stored)
      errors.push({ field: field.name, message: `Enter the ${field.label}. ${field.help}` });
    else if (typeof text === 'string' && text && field.pattern) {
      if (!new RegExp(field.pattern).test(text))
        errors.push({
          field: field.name,
          message: `This does not look like a ${field.label}. It looks like ${field.example}.`,
        });
    }
    if (!field.secret && text !== undefined) details[field.name] = text as JsonValue;
    if (
      typeof text === 'string' &&
      text.startsWith('http://') &&
      !/127\.0\.0\.1|localhost/.test(text)
    )
      warnings.push({ field: field.name, message: 'Without TLS anyone on the way can read this.' });
  }
  const name = draft.name.trim();
  if (world.streams.some((other) => other.name === name && other.id !== draft.stream))
    errors.push({ field: 'name', message: 'A stream of this name exists. Choose another name.' });
  const preview: ShownRequest = {
    method: 'POST',
    url: String(details['url'] ?? `https://${details['hostname'] ?? 'host'}/services/collector`),
    http_version: 'HTTP/1.1',
    headers: [
      { name: 'Authorization', value: 'Bearer ', redacted: true },
      { name: 'Content-Type', value: 'application/json', redacted: false },
    ],
    body: `[${JSON.stringify(JSON.parse(sample))}]`,
    body_bytes: 547,
    compressed_bytes: null,
  };
  return { errors, warnings, details, preview: errors.length > 0 ? null : preview };
}

export function createdStream(
  world: World,
  draft: StreamDraft,
  verified: boolean,
  paused: boolean,
): StreamView {
  const now = Date.now();
  const seed = 100 + world.streams.length;
  const { details } = checked(world, draft);
  return {
    ...sketched(
      now,
      {
        name: draft.name.trim(),
        provider: draft.provider,
        endpoint: String(details['hostname'] ?? details['url'] ?? details['site'] ?? ''),
        source: draft.source,
        status: paused ? 'paused' : 'idle',
        ago: null,
        day: 0,
        shape: 'none',
      },
      seed,
    ),
    id: `stream-new-${seed}`,
    details,
    verified,
    paused_at: paused ? new Date(now).toISOString() : null,
    created_at: new Date(now).toISOString(),
  };
}
