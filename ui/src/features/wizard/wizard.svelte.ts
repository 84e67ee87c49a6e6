/**
 * The wizard's state: which step is shown, what the draft holds, and what happens on the way from
 * one step to the next. Draws nothing.
 *
 * Where `stream` is given, that stream is changed instead of a new one made: the provider is
 * fixed, and the way is Credentials, Verify, Saved.
 */
import type { About, Problem, SourceDraft, SourceView, StreamView } from '../../bindings/engine';
import type { Host } from '../../host/host';
import { problemOf } from '../../lib/problem';
import type { Store } from '../../lib/store.svelte';
import { VerifyRun } from '../../lib/verify-run.svelte';
import { CredentialsForm } from './form.svelte';
import { forget, keep, kept, type SourceChoice } from './kept';
import { nameFault, suggestName, type NameFault } from '../../lib/names';
import { noRules, type Rules } from '../../lib/rules/draft.svelte';
import { isEmpty, readValue, withoutSecrets, type Values } from '../../lib/fields/values';

/** The connection option that trusts certificates in addition to the system's. */
export const CA = 'ca_certificate';

export type Step = 'provider' | 'credentials' | 'verify' | 'created';

/** What must get the focus so that a person can mend what stopped them. */
export type Stop = { field: string } | null;

export class Wizard {
  /** The stream being changed, `null` for a new one. */
  readonly stream: StreamView | null;
  readonly run: VerifyRun;
  step: Step = $state('provider');
  form: CredentialsForm | null = $state.raw(null);
  name = $state('');
  nameJudged = $state(false);
  /** The sample entry as a person edited it. */
  sample: string | null = $state(null);
  created: StreamView | null = $state.raw(null);
  busy: 'checking' | 'starting' | 'creating' | 'paused' | null = $state(null);
  /** Why the last thing asked for could not be done. */
  problem: Problem | null = $state.raw(null);
  /** The draft was kept from before, and holds secrets no more. */
  restored = $state(false);

  /** Which events it takes, and what of them leaves in another form. */
  rules: Rules = $state.raw(noRules());

  #host: Host;
  #store: Store;
  #newSource: string;
  #forms = new Map<string, CredentialsForm>();
  #keptForms: Record<string, { values: Values; said: [number, boolean][] }> = {};
  /** The journal's next event when a source was first connected here. */
  #since: number | null = null;
  #nameByHand = $state(false);
  #source: SourceChoice = $state.raw({ kind: 'all' });
  /** The form's revision and sample that the report speaks of. */
  #sent: string | null = null;

  constructor(host: Host, store: Store, newSource: string, stream: StreamView | null = null) {
    this.#host = host;
    this.#store = store;
    this.#newSource = newSource;
    this.stream = stream;
    this.run = new VerifyRun(host);
    this.source = stream ? chosen(stream.source) : usualSource(store.sources);
    if (stream) {
      this.rules = { filter: stream.filter, redaction: stream.redaction };
      this.step = 'credentials';
      this.name = stream.name;
      this.#nameByHand = true;
    }
    this.#restore();
    if (stream && !this.form) this.choose(stream.provider);
  }

  get about(): About | null {
    return this.form?.about ?? null;
  }

  get steps(): Step[] {
    return this.stream
      ? ['credentials', 'verify', 'created']
      : ['provider', 'credentials', 'verify', 'created'];
  }

  /** Where its events come from. As soon as there is a source, none has to be made for it. */
  get source(): SourceChoice {
    const needless = this.#source.kind === 'new' && this.#store.sources.length > 0;
    return needless ? usualSource(this.#store.sources) : this.#source;
  }

  set source(choice: SourceChoice) {
    this.#source = choice;
  }

  /** The id of its source, `null` where there is none or they are all. */
  get sourceId(): string | null {
    return this.source.kind === 'one' ? this.source.id : null;
  }

  get taken(): string[] {
    return this.#store.streams.filter(({ id }) => id !== this.stream?.id).map(({ name }) => name);
  }

  get nameFault(): NameFault | null {
    return nameFault(this.name, this.taken);
  }

  /** What the engine finds wrong with the name, in its words. */
  get nameRefusal(): string | null {
    return this.form?.check?.errors.find(({ field }) => field === 'name')?.message ?? null;
  }

  /** Whether the report speaks of what the form holds now. */
  get fresh(): boolean {
    return this.#sent !== null && this.#sent === this.#present();
  }

  get verified(): boolean {
    return this.fresh && this.run.accepted;
  }

  choose(id: string): void {
    if (this.form?.about.id === id) return;
    const about = this.#store.provider(id);
    if (!about) return;
    this.form = this.#formOf(about);
    this.problem = null;
    this.run.forget();
    if (!this.#nameByHand) this.name = suggestName(about.name, this.taken);
  }

  rename(name: string): void {
    this.name = name;
    this.#nameByHand = true;
    this.form?.look();
  }

  /**
   * Chooses a provider beforehand. One that is for practice is gone through to Verify; any other
   * can be filled with what the practice receiver takes for it.
   */
  async begin(id: string, practice = false): Promise<void> {
    this.choose(id);
    if (this.form?.about.id !== id) return;
    if (practice && !(await this.#startPractice(this.form))) return;
    await this.next();
    if (this.step === 'credentials' && this.about?.category === 'practice') await this.next();
  }

  /** Leads to a field of the form; a saved secret there is about to be replaced. */
  reveal(field: string): Stop {
    if (this.form?.keepsSaved(field)) this.form.replace(field);
    return { field };
  }

  /** Goes on. Answers what stands in the way. */
  async next(): Promise<Stop> {
    if (this.busy) return null;
    switch (this.step) {
      case 'provider':
        return this.#toCredentials();
      case 'credentials':
        return this.#toVerify();
      case 'verify':
        return this.run.accepted ? this.create(false) : null;
      case 'created':
        return null;
    }
  }

  back(): void {
    if (this.busy) return;
    this.problem = null;
    if (this.step === 'verify') {
      void this.run.cancel();
      this.step = 'credentials';
    } else if (this.step === 'credentials' && !this.stream) {
      this.step = 'provider';
    }
  }

  /** Back to the form, where the field or the guide step is marked that a failed try named. */
  mend(problem: Problem): Stop {
    this.back();
    return this.form?.blame(problem) ? { field: problem.field ?? '' } : null;
  }

  /** Trusts a certificate's issuer in addition to those trusted already, and tries again. */
  async trust(pem: string): Promise<void> {
    const before = this.form?.values[CA];
    const text = typeof before === 'string' ? before.trimEnd() : '';
    this.form?.set(CA, text ? `${text}\n${pem}` : pem);
    await this.verify();
  }

  /** Sends the sample, edited or not. */
  async verify(): Promise<void> {
    const form = this.form;
    if (!form) return;
    this.problem = null;
    this.#sent = this.#present();
    const draft = { ...form.draft(), source: this.sourceId };
    const sent = this.#sent;
    await this.run.start((run) => this.#host.call('verify', { run, draft, sample: this.sample }));
    const found = this.run.accepted && this.run.report?.details;
    if (!found || sent !== this.#present()) return;
    form.take(found);
    this.#sent = this.#present();
  }

  /** Makes the stream, or saves the changes to it; verified or not. */
  async create(paused: boolean): Promise<Stop> {
    const form = this.form;
    if (!form || this.busy) return null;
    this.busy = paused ? 'paused' : 'creating';
    this.problem = null;
    try {
      if (this.source.kind === 'new') await this.#connectUsual();
      const draft = { ...form.draft(), source: this.sourceId };
      const stream = this.stream
        ? await this.#host.call('update_stream', { draft, verified: this.verified })
        : await this.#host.call('create_stream', { draft, verified: this.verified, paused });
      this.created = await this.#fromItsStart(stream);
      this.#store.put(this.created);
      forget(this.stream?.id ?? null);
      this.step = 'created';
      return null;
    } catch (reason) {
      const problem = problemOf(reason);
      this.problem = problem;
      return this.#stopAt(problem.field);
    } finally {
      this.busy = null;
    }
  }

  /** A source is about to be connected for this stream: it is to have all of its events. */
  connecting(): void {
    this.#since ??= (this.#store.journal?.last_seq ?? 0) + 1;
  }

  /** Where a new intake would listen. */
  get listen(): string {
    return this.#store.app?.suggested_listen ?? '';
  }

  /** The same, asked anew: a port may have been taken meanwhile. */
  async freshListen(): Promise<string> {
    this.#store.app = await this.#host.call('app', {});
    return this.listen;
  }

  /** Makes an HTTP intake and chooses it. Rejects with a problem. */
  async connect(name: string, listen: string): Promise<void> {
    const details: SourceDraft['details'] = listen ? { listen } : {};
    const draft = { kind: 'http_intake', name, details, secrets: {}, source: null };
    const { id } = await this.#host.call('create_source', { draft });
    this.source = { kind: 'one', id };
  }

  /** Keeps what was typed, secrets aside. Answers whether there was anything. */
  leave(): boolean {
    void this.run.cancel();
    for (const form of this.#forms.values()) form.stop();
    if (this.step === 'created') return false;
    const forms = { ...this.#keptForms };
    let typed = this.#nameByHand && this.name !== (this.stream?.name ?? '');
    for (const [id, form] of this.#forms) {
      const values = withoutSecrets(form.about.fields, $state.snapshot(form.values));
      forms[id] = { values, said: [...form.said] };
      typed ||= form.revision > 0;
    }
    if (!typed) return false;
    keep(this.stream?.id ?? null, {
      provider: this.form?.about.id ?? null,
      name: this.name,
      nameByHand: this.#nameByHand,
      source: this.source,
      rules: this.rules,
      forms,
    });
    return true;
  }

  /** Forgets the kept draft. */
  forget(): void {
    forget(this.stream?.id ?? null);
  }

  async #toCredentials(): Promise<Stop> {
    const form = this.form;
    if (!form) return { field: 'provider' };
    this.nameJudged = true;
    if (this.nameFault) return { field: 'name' };
    if (form.about.category === 'practice' && !(await this.#startPractice(form))) return null;
    this.step = 'credentials';
    form.look();
    return null;
  }

  async #toVerify(): Promise<Stop> {
    const form = this.form;
    if (!form) return null;
    this.nameJudged = true;
    if (this.nameFault) return this.#stopAt('name');
    this.busy = 'checking';
    const { ok, field } = await form.submit();
    this.busy = null;
    if (!ok) return this.#stopAt(field);
    this.step = 'verify';
    if (!this.verified) void this.verify();
    return null;
  }

  /** The practice receiver runs, and the form says where. */
  async #startPractice(form: CredentialsForm): Promise<boolean> {
    this.busy = 'starting';
    this.problem = null;
    try {
      const practice = await this.#host.call('start_practice', {});
      const own = practice.protocols.find(({ provider }) => provider === form.about.id);
      const url = form.about.fields.find(({ kind }) => kind === 'url')?.name;
      for (const [name, text] of own?.values ?? []) {
        const field = form.about.fields.find((one) => one.name === name);
        if (field) form.set(name, readValue(field, text));
      }
      if (url && isEmpty(form.values[url]) && practice.practice_url)
        form.set(url, practice.practice_url);
      return true;
    } catch (reason) {
      this.problem = problemOf(reason);
      return false;
    } finally {
      this.busy = null;
    }
  }

  /** The first intake, where it is free to listen: a port taken meanwhile is no one's choice. */
  async #connectUsual(): Promise<void> {
    const asked = this.listen;
    try {
      await this.connect(this.#newSource, asked);
    } catch (reason) {
      if (problemOf(reason).field !== 'listen' || (await this.freshListen()) === asked)
        throw reason;
      await this.connect(this.#newSource, this.listen);
    }
  }

  /**
   * A stream begins with what comes after it was made. A source that was connected on the way may
   * have brought events by then.
   */
  async #fromItsStart(stream: StreamView): Promise<StreamView> {
    const from_seq = this.#since;
    if (this.stream || from_seq === null) return stream;
    try {
      return await this.#host.call('replay_stream', {
        key: stream.id,
        from_seq,
        from_time: null,
      });
    } catch (reason) {
      // The stream is there all the same, and what came before it can be replayed by hand.
      this.problem = problemOf(reason);
      return stream;
    }
  }

  #stopAt(field: string | null | undefined): Stop {
    if (!field) return null;
    if (field === 'name' || field === 'source') this.step = this.steps[0]!;
    else if (this.about?.fields.some(({ name }) => name === field)) this.step = 'credentials';
    else return null;
    return { field };
  }

  #present(): string {
    return JSON.stringify([
      this.form?.about.id,
      this.form?.revision,
      this.sample,
      this.rules.redaction,
    ]);
  }

  #formOf(about: About): CredentialsForm {
    const made = this.#forms.get(about.id);
    if (made) return made;
    const form = new CredentialsForm(
      this.#host,
      about,
      () => ({
        name: this.name.trim(),
        source: this.sourceId,
        stream: this.stream?.id ?? null,
        ...this.rules,
      }),
      {
        ...(this.stream ? { details: this.stream.details, saved: this.stream.secrets } : {}),
        ...(this.#keptForms[about.id] ? { values: this.#keptForms[about.id]!.values } : {}),
      },
    );
    for (const [step, done] of this.#keptForms[about.id]?.said ?? []) form.said.set(step, done);
    this.#forms.set(about.id, form);
    return form;
  }

  #restore(): void {
    const draft = kept(this.stream?.id ?? null);
    if (!draft) return;
    this.restored = true;
    this.#keptForms = draft.forms;
    this.name = draft.name;
    this.#nameByHand = draft.nameByHand;
    const { source } = draft;
    const gone = source.kind === 'one' && !this.#store.source(source.id);
    if (!gone) this.source = source;
    this.rules = draft.rules;
    if (draft.provider) this.choose(draft.provider);
  }
}

/** One source is what a person means; of several, all. */
function usualSource(sources: SourceView[]): SourceChoice {
  if (sources.length === 0) return { kind: 'new' };
  return sources.length === 1 ? { kind: 'one', id: sources[0]!.id } : { kind: 'all' };
}

function chosen(source: string | null): SourceChoice {
  return source === null ? { kind: 'all' } : { kind: 'one', id: source };
}
