import { describe, expect, it, vi } from 'vitest';
import type { About, DraftCheck, Field, StreamDraft } from '../../bindings/engine';
import type { Host } from '../../host/host';
import { CredentialsForm } from './form.svelte';

const field = (name: string, more: Partial<Field> = {}): Field => ({
  name,
  label: name,
  kind: 'text',
  secret: false,
  required: true,
  group: 'main',
  help: '',
  example: '',
  choices: [],
  ...more,
});

const about: About = {
  id: 'some',
  name: 'Some',
  category: 'siem',
  tagline: '',
  monogram: 'So',
  hue: 0,
  aliases: [],
  fields: [
    field('port', { group: 'advanced', required: false }),
    field('url', { kind: 'url' }),
    field('token', { secret: true }),
  ],
  guide: {
    intro: '',
    steps: [
      { title: 'One', body: [], fields: ['url'], copy: [], links: [] },
      { title: 'Two', body: [], fields: ['token'], copy: [], links: [] },
    ],
  },
  after_accepted: '',
};

/** Takes only addresses that start with `https://`, and writes them without a slash at the end. */
function judge(draft: StreamDraft): DraftCheck {
  const url = String(draft.details.url ?? '');
  const errors = [
    ...(url.startsWith('https://') ? [] : [{ field: 'url', message: 'Begin with https.' }]),
    ...(draft.secrets.token || draft.stream ? [] : [{ field: 'token', message: 'Enter it.' }]),
  ];
  return {
    errors,
    warnings: [],
    details: { ...draft.details, url: url.replace(/\/$/, '') },
    preview: null,
  };
}

function form(
  from: ConstructorParameters<typeof CredentialsForm>[3] = {},
  stream: string | null = null,
) {
  const call = vi.fn(async (_: string, takes: { draft: StreamDraft }) => judge(takes.draft));
  const host = { call, listen: vi.fn() } as unknown as Host;
  return new CredentialsForm(host, about, () => ({ name: 'n', source: null, stream }), from);
}

describe('a form', () => {
  it('says nothing of a field until that is left', async () => {
    const some = form();
    some.set('url', 'http:');
    some.look();
    await vi.waitFor(() => expect(some.check).not.toBeNull());
    expect(some.error('url')).toBeNull();
    await some.leave('url');
    expect(some.error('url')).toBe('Begin with https.');
    expect(some.error('token')).toBeNull();
  });

  it('says nothing of a field that was passed through empty', async () => {
    const some = form();
    await some.leave('url');
    expect(some.error('url')).toBeNull();
  });

  it('judges a wrong field at every key until it is right', async () => {
    const some = form();
    some.set('url', 'http:');
    await some.leave('url');
    some.set('url', 'https://a.example');
    await vi.waitFor(() => expect(some.error('url')).toBeNull());
  });

  it('writes a field the way the engine would save it, once it is left', async () => {
    const some = form();
    some.focused = 'url';
    some.set('url', 'https://a.example/');
    some.look();
    await vi.waitFor(() => expect(some.check).not.toBeNull());
    expect(some.values.url).toBe('https://a.example/');
    await some.leave('url');
    expect(some.values.url).toBe('https://a.example');
    expect(some.marked(about.fields[1]!)).toBe(true);
  });

  it('names the first field at fault in the order drawn, and the guide step that mends it', async () => {
    const some = form();
    expect(await some.submit()).toEqual({ ok: false, field: 'url' });
    expect(some.faults).toBe(2);
    expect(some.neededStep).toBe(1);
    some.set('url', 'https://a.example');
    some.set('token', 'planted');
    expect(await some.submit()).toEqual({ ok: true, field: null });
    expect(some.filled).toEqual({ done: 2, of: 2 });
  });

  it('keeps a saved secret until that is replaced', async () => {
    const some = form({ details: { url: 'https://a.example' }, saved: { token: 'saved' } }, 'id');
    expect(some.draft().secrets).toEqual({});
    expect(some.right('token')).toBe(true);
    some.replace('token');
    some.set('token', 'planted');
    expect(some.draft().secrets).toEqual({ token: 'planted' });
    some.keep(about.fields[2]!);
    expect(some.draft().secrets).toEqual({});
  });

  it('shows what the provider said of a field until that changes', () => {
    const some = form();
    const problem = {
      code: 'c',
      summary: 'Disabled.',
      next_steps: [],
      field: 'token',
      guide_step: 1,
    };
    expect(some.blame(problem)).toBe(true);
    expect(some.error('token')).toBe('Disabled.');
    expect(some.neededStep).toBe(1);
    some.set('token', 'another');
    expect(some.error('token')).toBeNull();
  });
});
