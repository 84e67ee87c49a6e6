/**
 * Asks Rust about a draft as a person types: not on every key, in order, and only the answer to
 * the latest question counts.
 */

/** A pause in typing. */
const PAUSE_MS = 140;

export class Checker<Draft, Check> {
  #ask: (draft: Draft) => Promise<Check>;
  #heard: (check: Check) => void;
  #failed: (reason: unknown) => void;
  #latest = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    ask: (draft: Draft) => Promise<Check>,
    heard: (check: Check) => void,
    failed: (reason: unknown) => void,
  ) {
    this.#ask = ask;
    this.#heard = heard;
    this.#failed = failed;
  }

  /** Once typing pauses; `draft` is read only then. */
  soon(draft: () => Draft): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.now(draft()), PAUSE_MS);
  }

  /** At once. `null` where a later question was asked meanwhile, or the answer failed. */
  async now(draft: Draft): Promise<Check | null> {
    clearTimeout(this.#timer);
    const asked = ++this.#latest;
    try {
      const check = await this.#ask(draft);
      if (asked !== this.#latest) return null;
      this.#heard(check);
      return check;
    } catch (reason) {
      if (asked === this.#latest) this.#failed(reason);
      return null;
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#latest++;
  }
}
