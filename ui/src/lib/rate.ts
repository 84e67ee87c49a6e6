/** How many a minute, from a total that grows. */
const WINDOW = 60_000;
const LEAST = 10_000;

export class Rate {
  #marks: { at: number; total: number }[] = [];

  note(at: number, total: number): void {
    const last = this.#marks.at(-1);
    // A total that shrank starts anew: what was counted is gone.
    if (last && total < last.total) this.#marks = [];
    this.#marks.push({ at, total });
    while (this.#marks[1] && this.#marks[1].at <= at - WINDOW) this.#marks.shift();
  }

  /** `null` while too little is known. */
  perMinute(at: number): number | null {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (!first || !last || at - first.at < LEAST) return null;
    return Math.round(((last.total - first.total) / (at - first.at)) * WINDOW);
  }
}
