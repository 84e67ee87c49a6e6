/**
 * What can be done with a stream, in one place for row, page, keyboard and palette. Pausing asks
 * nothing and can be undone; deleting and replaying open their dialog.
 */
import { createContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import type { Component } from 'svelte';
import CirclePlay from '@lucide/svelte/icons/circle-play';
import Pause from '@lucide/svelte/icons/pause';
import Pencil from '@lucide/svelte/icons/pencil';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import Send from '@lucide/svelte/icons/send';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { StreamView } from '../bindings/engine';
import type { Host } from '../host/host';
import { common, streamActions as t } from './i18n';
import type { Router } from './route.svelte';
import type { Store } from './store.svelte';
import type { Toasts } from './toasts.svelte';

export type StreamAction = {
  id: 'sample' | 'pause' | 'resume' | 'retry' | 'edit' | 'replay' | 'delete';
  label: string;
  /** With the stream's name, for the palette and for screen readers. */
  named: string;
  icon: Component;
  keys?: string;
  danger?: boolean;
  run: () => void;
};

export class StreamActions {
  /** Streams whose dialog is open. */
  sampling: string | null = $state(null);
  replaying: string | null = $state(null);
  deleting: string | null = $state(null);
  /** Streams with an answer outstanding. */
  readonly busy = new SvelteSet<string>();

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

  /** Everything that makes sense in the stream's state, in the order of menus. */
  of(stream: StreamView): StreamAction[] {
    const { name } = stream;
    const paused = stream.status === 'paused';
    const waits = stream.status === 'failing' || stream.status === 'retrying';
    const all: (StreamAction | false)[] = [
      {
        id: 'sample',
        label: t.sample,
        named: t.sampleTo(name),
        icon: Send,
        keys: 'S',
        run: () => (this.sampling = stream.id),
      },
      waits && {
        id: 'retry',
        label: t.tryNow,
        named: t.tryNowOn(name),
        icon: RefreshCw,
        keys: 'T',
        run: () => void this.retry(stream),
      },
      paused
        ? {
            id: 'resume',
            label: t.resume,
            named: t.resumeIt(name),
            icon: CirclePlay,
            keys: 'P',
            run: () => void this.resume(stream),
          }
        : {
            id: 'pause',
            label: t.pause,
            named: t.pauseIt(name),
            icon: Pause,
            keys: 'P',
            run: () => void this.pause(stream),
          },
      {
        id: 'edit',
        label: t.edit,
        named: t.editIt(name),
        icon: Pencil,
        keys: 'E',
        run: () => this.edit(stream),
      },
      {
        id: 'replay',
        label: t.replay,
        named: t.replayIt(name),
        icon: RotateCcw,
        keys: 'Shift R',
        run: () => (this.replaying = stream.id),
      },
      {
        id: 'delete',
        label: t.remove,
        named: t.removeIt(name),
        icon: Trash2,
        keys: 'Del',
        danger: true,
        run: () => (this.deleting = stream.id),
      },
    ];
    return all.filter((action) => action !== false);
  }

  open(stream: StreamView): void {
    this.#router.go({ page: 'stream', key: stream.id, tab: 'deliveries' });
  }

  /** `field`: the one to mend. */
  edit(stream: StreamView, field?: string): void {
    this.#router.go({ page: 'wizard', stream: stream.id, ...(field ? { field } : {}) });
  }

  async pause(stream: StreamView): Promise<void> {
    if (stream.status === 'paused') return;
    if (!(await this.#call('pause_stream', stream))) return;
    this.#toasts.done(t.paused, {
      detail: t.pausedDetail(stream.name),
      action: { label: common.undo, run: () => void this.#call('resume_stream', stream) },
    });
  }

  async resume(stream: StreamView): Promise<void> {
    if (!(await this.#call('resume_stream', stream))) return;
    this.#toasts.done(t.resumed, { detail: t.resumedDetail(stream.name) });
  }

  pauseOrResume(stream: StreamView): void {
    void (stream.status === 'paused' ? this.resume(stream) : this.pause(stream));
  }

  async retry(stream: StreamView): Promise<void> {
    if (await this.#call('retry_stream', stream)) this.#toasts.info(t.trying(stream.name));
  }

  async #call(
    command: 'pause_stream' | 'resume_stream' | 'retry_stream',
    stream: StreamView,
  ): Promise<boolean> {
    if (this.busy.has(stream.id)) return false;
    this.busy.add(stream.id);
    try {
      this.#store.put(await this.#host.call(command, { key: stream.id }));
      return true;
    } catch (reason) {
      this.#toasts.failed(reason);
      return false;
    } finally {
      this.busy.delete(stream.id);
    }
  }
}

export const [useStreamActions, provideStreamActions] = createContext<StreamActions>();
