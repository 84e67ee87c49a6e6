/** Copying a text, and saying for a moment that it was copied. */
import { useHost } from './store.svelte';
import { useToasts } from './toasts.svelte';

/** How long it is said, in milliseconds. */
const SAID = 2_000;

export class Copying {
  copied = $state(false);

  #host = useHost();
  #toasts = useToasts();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** To be made while its component is: it ends with it. */
  constructor() {
    $effect(() => () => clearTimeout(this.#timer));
  }

  /** A text, or what copies it otherwise. */
  async copy(text: string | (() => Promise<unknown>)): Promise<void> {
    try {
      if (typeof text === 'string') await this.#host.call('copy_text', { text });
      else await text();
    } catch (reason) {
      this.#toasts.failed(reason);
      return;
    }
    this.copied = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.copied = false), SAID);
  }
}
