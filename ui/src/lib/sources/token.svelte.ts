/** A token shown on request: it hides again by itself, and the page then forgets it. */
const SHOWN_MS = 30_000;

export class ShownToken {
  text: string | null = $state.raw(null);
  /** Whole seconds until it hides. */
  left = $state(0);
  #timer: ReturnType<typeof setInterval> | undefined;

  show(token: string): void {
    this.hide();
    const until = Date.now() + SHOWN_MS;
    this.text = token;
    this.left = Math.ceil(SHOWN_MS / 1_000);
    this.#timer = setInterval(() => {
      this.left = Math.ceil((until - Date.now()) / 1_000);
      if (this.left <= 0) this.hide();
    }, 1_000);
  }

  hide(): void {
    clearInterval(this.#timer);
    this.text = null;
    this.left = 0;
  }
}
