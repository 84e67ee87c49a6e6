/**
 * Files imported once: chosen with the system's dialog or dropped into the window. An import is
 * a source that reads its file to the end and then stops, so what it does is seen on the sources'
 * page; it goes on where it stood after a restart, and deleting it cancels it.
 */
import { createContext } from 'svelte';
import type { SourceAbout } from '../bindings/engine';
import type { Host } from '../host/host';
import { imports as t } from './i18n';
import { suggestName } from './names';
import type { Router } from './route.svelte';
import type { Store } from './store.svelte';
import type { Toasts } from './toasts.svelte';

export class Imports {
  /** A file is held over the window. */
  over = $state(false);

  #host: Host;
  #store: Store;
  #router: Router;
  #toasts: Toasts;

  constructor(host: Host, store: Store, router: Router, toasts: Toasts) {
    this.#host = host;
    this.#store = store;
    this.#router = router;
    this.#toasts = toasts;
  }

  /** Follows what is dragged into the window. Answers how to stop. */
  async follow(): Promise<() => void> {
    return this.#host.drops((drop) => {
      // The wizard is about one stream: nothing is imported beside it.
      const meant = this.possible && this.#router.route.page !== 'wizard';
      this.over = drop.kind === 'over' && meant;
      if (drop.kind === 'drop' && meant) void this.take(drop.paths);
    });
  }

  /** Whether any kind of source reads a file once. */
  get possible(): boolean {
    return this.#store.ready && this.#kind !== undefined;
  }

  /** Asks for a file with the system's dialog. */
  async choose(): Promise<void> {
    if (!this.possible) return;
    try {
      const path = await this.#host.call('choose_file', {});
      if (path !== null) await this.take([path]);
    } catch (reason) {
      this.#toasts.failed(reason);
    }
  }

  async take(paths: string[]): Promise<void> {
    const kind = this.#kind;
    if (!kind || paths.length === 0) return;
    this.#router.go({ page: 'sources' });
    for (const path of paths) {
      try {
        const draft = {
          kind: kind.id,
          name: suggestName(
            nameOf(path),
            this.#store.sources.map(({ name }) => name),
          ),
          details: { path, once: true },
          secrets: {},
          source: null,
        };
        await this.#host.call('create_source', { draft });
        this.#toasts.info(t.begun(draft.name), { detail: t.begunDetail });
      } catch (reason) {
        this.#toasts.failed(reason);
      }
    }
  }

  get #kind(): SourceAbout | undefined {
    const has = (kind: SourceAbout, name: string) =>
      kind.fields.some((field) => field.name === name);
    return this.#store.kinds.find((kind) => has(kind, 'path') && has(kind, 'once'));
  }
}

/** The last part of a path, as either kind of system writes it. */
export function nameOf(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}

export const [useImports, provideImports] = createContext<Imports>();
