/** The form of one provider's credentials. */
import type { About, DraftCheck, StreamDraft } from '../../bindings/engine';
import type { Host } from '../../host/host';
import { FieldsForm, type Start, type Written } from '../../lib/fields/form.svelte';

/** What the form does not hold itself. */
export type Around = () => Omit<StreamDraft, 'provider' | 'details' | 'secrets'>;

export class CredentialsForm extends FieldsForm<DraftCheck> {
  readonly about: About;
  #around: Around;

  constructor(host: Host, about: About, around: Around, from: Start = {}) {
    const draft = (written: Written) => ({ provider: about.id, ...around(), ...written });
    super(
      about.fields,
      about.guide,
      (written) => host.call('check_draft', { draft: draft(written) }),
      from,
    );
    this.about = about;
    this.#around = around;
  }

  draft(): StreamDraft {
    return { provider: this.about.id, ...this.#around(), ...this.written() };
  }
}
