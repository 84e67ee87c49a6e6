/**
 * A source about to be connected or changed: of which kind it is, what it is called, and its
 * fields. Draws nothing.
 */
import type {
  Problem,
  SourceAbout,
  SourceCheck,
  SourceCreated,
  SourceDraft,
  SourceTest,
  SourceView,
} from '../../bindings/engine';
import type { Host } from '../../host/host';
import { FieldsForm, type Written } from '../fields/form.svelte';
import { nameFault, suggestName, type NameFault } from '../names';
import { problemOf } from '../problem';
import type { Store } from '../store.svelte';

/** In the ids of its fields. */
export const PLACE = 'source';

export class SourceForm {
  /** The source being changed, `null` for a new one. */
  readonly source: SourceView | null;
  kind: SourceAbout = $state.raw()!;
  fields: FieldsForm<SourceCheck> = $state.raw()!;
  name = $state('');
  nameJudged = $state(false);
  busy: 'testing' | 'saving' | null = $state(null);
  /** Why the last thing asked for could not be done. */
  problem: Problem | null = $state.raw(null);

  #host: Host;
  #store: Store;
  #forms = new Map<string, FieldsForm<SourceCheck>>();
  #nameByHand = $state(false);
  #tested: { result: SourceTest; what: string } | null = $state.raw(null);

  constructor(host: Host, store: Store, kind: SourceAbout, source: SourceView | null = null) {
    this.#host = host;
    this.#store = store;
    this.source = source;
    if (source) {
      this.name = source.name;
      this.#nameByHand = true;
    }
    this.choose(kind);
  }

  choose(kind: SourceAbout): void {
    const known = this.#forms.get(kind.id);
    const form = known ?? this.#formOf(kind);
    this.#forms.set(kind.id, form);
    this.kind = kind;
    this.fields = form;
    this.problem = null;
    if (!this.#nameByHand) this.name = suggestName(kind.name, this.#taken);
  }

  rename(name: string): void {
    this.name = name;
    this.#nameByHand = true;
  }

  get nameFault(): NameFault | null {
    return nameFault(this.name, this.#taken);
  }

  /** What trying it found, as long as nothing was changed since. */
  get tested(): SourceTest | null {
    return this.#tested && this.#tested.what === this.#present() ? this.#tested.result : null;
  }

  /** Tries what the source will need. The field to mend first where something is wrong. */
  async test(): Promise<string | null> {
    return this.#with('testing', async () => {
      const what = this.#present();
      const draft = this.draft();
      const result = await this.#host.call('test_source_draft', { draft });
      this.#tested = { result, what };
      return result.problem?.field ?? null;
    });
  }

  /** Connects it, or saves the changes. `made` hears of a source that is new. */
  async save(made: (source: SourceCreated | null) => void): Promise<string | null> {
    return this.#with('saving', async () => {
      const draft = this.draft();
      if (this.source) {
        this.#store.putSource(await this.#host.call('update_source', { draft }));
        made(null);
      } else made(await this.#host.call('create_source', { draft }));
      return null;
    });
  }

  draft(written: Written = this.fields.written()): SourceDraft {
    return {
      kind: this.kind.id,
      name: this.name.trim(),
      source: this.source?.id ?? null,
      ...written,
    };
  }

  stop(): void {
    for (const form of this.#forms.values()) form.stop();
  }

  get #taken(): string[] {
    return this.#store.sources.filter(({ id }) => id !== this.source?.id).map(({ name }) => name);
  }

  async #with(busy: 'testing' | 'saving', work: () => Promise<string | null>) {
    if (this.busy) return null;
    this.nameJudged = true;
    this.problem = null;
    this.busy = busy;
    try {
      if (this.nameFault) return 'name';
      const { ok, field } = await this.fields.submit();
      return ok ? await work() : field;
    } catch (reason) {
      this.problem = problemOf(reason);
      if (!this.problem.field) return null;
      this.fields.blame(this.problem);
      return this.problem.field;
    } finally {
      this.busy = null;
    }
  }

  #present(): string {
    return `${this.kind.id} ${this.fields.revision}`;
  }

  #formOf(kind: SourceAbout): FieldsForm<SourceCheck> {
    const from = this.source ? { details: this.source.details, saved: this.source.secrets } : {};
    return new FieldsForm<SourceCheck>(
      kind.fields,
      kind.guide,
      (written) =>
        this.#host.call('check_source', {
          draft: { ...this.draft(written), kind: kind.id },
        }),
      from,
      PLACE,
    );
  }
}
