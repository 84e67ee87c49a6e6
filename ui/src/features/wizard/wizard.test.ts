import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Commands } from '../../bindings/commands';
import type { StreamDraft } from '../../bindings/engine';
import { scriptedHost } from '../../host/scripted';
import type { Host } from '../../host/host';
import { Store } from '../../lib/store.svelte';
import { Wizard } from './wizard.svelte';

type Call = { command: keyof Commands; takes: never };

/** The scripted host, with some answers changed, and what was asked of it. */
async function world(
  scenario: string,
  answers: Partial<Record<keyof Commands, (takes: never) => unknown>> = {},
) {
  const scripted = scriptedHost(new URLSearchParams({ scenario, pace: '0' }));
  const calls: Call[] = [];
  const host: Host = {
    listen: scripted.listen,
    drops: scripted.drops,
    call: async (command, takes) => {
      calls.push({ command, takes: takes as never });
      const own = answers[command];
      return own ? (own(takes as never) as never) : scripted.call(command, takes);
    },
  };
  const store = new Store(host);
  await store.start();
  const asked = (command: keyof Commands): never[] =>
    calls.filter((call) => call.command === command).map((call) => call.takes);
  const wizard = (stream?: string) =>
    new Wizard(host, store, 'HTTP intake', stream ? store.stream(stream) : null);
  return { store, asked, wizard };
}

/** To the end of Verify with a provider that takes anything. */
async function verified(wizard: Wizard) {
  wizard.choose('custom');
  await wizard.next();
  wizard.form!.set('url', 'https://logs.example.com/in');
  expect(await wizard.next()).toBeNull();
  await vi.waitFor(() => expect(wizard.run.phase).toBe('done'));
}

describe('the wizard', () => {
  beforeEach(() => sessionStorage.clear());

  it('gives a new stream what a source connected on the way has brought by then', async () => {
    const { wizard: start, asked, store } = await world('ten');
    const wizard = start();
    wizard.connecting();
    store.journal = { ...store.journal!, last_seq: store.journal!.last_seq + 500 };
    await verified(wizard);
    expect(await wizard.next()).toBeNull();
    expect(wizard.step).toBe('created');
    expect(asked('replay_stream')).toEqual([
      { key: wizard.created!.id, from_seq: 1_805_093, from_time: null },
    ]);
  });

  it('stops at what is missing and says which field it is', async () => {
    const { wizard: start } = await world('ten');
    const wizard = start();
    expect(await wizard.next()).toEqual({ field: 'provider' });
    wizard.choose('custom');
    wizard.rename('   ');
    expect(await wizard.next()).toEqual({ field: 'name' });
    wizard.rename('Mine');
    expect(await wizard.next()).toBeNull();
    expect(await wizard.next()).toEqual({ field: 'url' });
    expect(wizard.step).toBe('credentials');
  });

  it('names the stream after its provider until a person does', async () => {
    const { store, wizard: start } = await world('ten');
    const wizard = start();
    wizard.choose('custom');
    const suggested = wizard.name;
    expect(store.streams.map(({ name }) => name)).not.toContain(suggested);
    wizard.rename('Mine');
    wizard.choose('practice');
    expect(wizard.name).toBe('Mine');
  });

  it('makes the stream with the details that Verify found to be accepted', async () => {
    const scripted = scriptedHost(new URLSearchParams({ scenario: 'ten', pace: '0' }));
    const { asked, wizard: start } = await world('ten', {
      verify: async (takes) => {
        const report = await scripted.call('verify', takes);
        const { draft } = takes as { draft: StreamDraft };
        return { ...report, details: { ...draft.details, format: 'ndjson' } };
      },
    });
    const wizard = start();
    await verified(wizard);
    await vi.waitFor(() => expect(wizard.form!.values['format']).toBe('ndjson'));
    expect(wizard.verified).toBe(true);
    await wizard.create(false);
    expect(asked('create_stream')).toMatchObject([
      { verified: true, draft: { details: { format: 'ndjson' } } },
    ]);
  });

  it('makes the first source only when the stream is made', async () => {
    const { asked, wizard: start } = await world('empty');
    const wizard = start();
    await verified(wizard);
    expect(asked('create_source')).toEqual([]);
    await wizard.create(false);
    expect(asked('create_source')).toHaveLength(1);
    expect(asked('create_stream')).toMatchObject([
      { verified: true, paused: false, draft: { source: wizard.created?.source } },
    ]);
    expect(wizard.created?.source).not.toBeNull();
  });

  it('listens elsewhere where the suggested port was taken meanwhile', async () => {
    const listens: string[] = [];
    const { asked, wizard: start } = await world('empty', {
      create_source: ({ draft }: Commands['create_source']['takes']) => {
        const listen = String(draft.details['listen']);
        listens.push(listen);
        if (listens.length === 1)
          throw { code: 'intake-port-taken', summary: 'Taken.', next_steps: [], field: 'listen' };
        return { id: 'made', name: draft.name, kind: draft.kind, listen, url: null, token: null };
      },
      app: () => ({
        version: '',
        data_dir: '',
        delivering: { kind: 'here' },
        vault: { name: 'OS keychain', writable: true, problem: null },
        problem: null,
        suggested_listen: listens.length === 0 ? '127.0.0.1:8787' : '127.0.0.1:8790',
      }),
    });
    const wizard = start();
    await verified(wizard);
    await wizard.create(false);
    expect(listens).toEqual(['127.0.0.1:8787', '127.0.0.1:8790']);
    expect(asked('create_stream')).toMatchObject([{ draft: { source: 'made' } }]);
  });

  it('keeps the source it made where making the stream failed, and makes no second one', async () => {
    let fails = true;
    const { asked, wizard: start } = await world('empty', {
      create_stream: () => {
        if (fails) throw { code: 'disk-full', summary: 'The disk is full.', next_steps: [] };
        return { id: 'stream', name: 'Custom', source: 'x' };
      },
    });
    const wizard = start();
    await verified(wizard);
    await wizard.create(false);
    expect(wizard.problem?.code).toBe('disk-full');
    expect(wizard.step).toBe('verify');
    fails = false;
    await wizard.create(false);
    expect(wizard.step).toBe('created');
    expect(asked('create_source')).toHaveLength(1);
  });

  it('calls a stream verified only where the very settings were', async () => {
    const { asked, wizard: start } = await world('ten');
    const wizard = start();
    await verified(wizard);
    expect(wizard.verified).toBe(true);
    wizard.back();
    wizard.form!.set('url', 'https://logs.example.com/other');
    expect(wizard.verified).toBe(false);
    await wizard.create(true);
    expect(asked('create_stream')).toMatchObject([{ verified: false, paused: true }]);
  });

  it('does not send the sample again where it was accepted and nothing changed', async () => {
    const { asked, wizard: start } = await world('ten');
    const wizard = start();
    await verified(wizard);
    wizard.back();
    await wizard.next();
    expect(wizard.step).toBe('verify');
    expect(asked('verify')).toHaveLength(1);
  });

  it('starts practice and goes on to Verify by itself', async () => {
    const { asked, wizard: start } = await world('ten');
    const wizard = start();
    await wizard.begin('practice');
    expect(wizard.step).toBe('verify');
    expect(asked('start_practice')).toHaveLength(1);
    await vi.waitFor(() => expect(wizard.run.accepted).toBe(true));
  });

  it('fills another form with what the practice receiver takes for it', async () => {
    const { wizard: start } = await world('ten');
    const wizard = start();
    await wizard.begin('splunk', true);
    expect(wizard.step).toBe('credentials');
    expect(wizard.form!.values['hostname']).toBe('http://127.0.0.1:8799');
    expect(wizard.form!.values['token']).not.toBe('');
  });

  it('goes back to the form with what the provider found wrong', async () => {
    const { wizard: start } = await world('ten');
    const wizard = start();
    await verified(wizard);
    const problem = { code: 'c', summary: 'Not found.', next_steps: [], field: 'url' };
    expect(wizard.mend(problem)).toEqual({ field: 'url' });
    expect(wizard.form!.error('url')).toBe('Not found.');
  });

  it('keeps a draft that was left, without its secrets', async () => {
    const { wizard: start } = await world('ten');
    const wizard = start();
    wizard.choose('splunk');
    await wizard.next();
    wizard.form!.set('hostname', 'splunk.example.com');
    wizard.form!.set('token', 'planted');
    wizard.form!.said.set(2, true);
    expect(wizard.leave()).toBe(true);
    expect(JSON.stringify({ ...sessionStorage })).not.toContain('planted');
    const again = start();
    expect(again.restored).toBe(true);
    expect(again.form!.values['hostname']).toBe('splunk.example.com');
    expect(again.form!.values['token']).toBe('');
    expect(again.form!.said.get(2)).toBe(true);
    again.forget();
    expect(start().restored).toBe(false);
  });

  it('keeps nothing where nothing was typed', async () => {
    const { wizard: start } = await world('ten');
    const wizard = start();
    wizard.choose('splunk');
    expect(wizard.leave()).toBe(false);
    expect(start().restored).toBe(false);
  });

  it('changes a stream that exists, and is told that the change was verified', async () => {
    const { store, asked, wizard: start } = await world('ten');
    const stream = store.streams.find(({ provider }) => provider === 'splunk')!;
    const wizard = start(stream.id);
    expect(wizard.steps).toEqual(['credentials', 'verify', 'created']);
    expect(wizard.form!.keepsSaved('token')).toBe(true);
    wizard.rename('Renamed');
    await wizard.next();
    await vi.waitFor(() => expect(wizard.run.phase).toBe('done'));
    await wizard.create(false);
    expect(asked('update_stream')).toMatchObject([
      { verified: true, draft: { stream: stream.id, name: 'Renamed', secrets: {} } },
    ]);
  });
});
