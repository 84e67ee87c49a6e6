/**
 * Everything the page may ask of what it runs in. Two hosts exist: the Tauri window
 * (`tauri.ts`, the only file that imports `@tauri-apps`) and the scripted host of the tests.
 */
import type { Commands, Pushes } from '../bindings/commands';

/** Files held over the window, or dropped into it. */
export type Drop = { kind: 'over' } | { kind: 'away' } | { kind: 'drop'; paths: string[] };

export interface Host {
  call<C extends keyof Commands>(
    command: C,
    takes: Commands[C]['takes'],
  ): Promise<Commands[C]['answers']>;

  /** Resolves once subscribed, so that nothing pushed afterwards is missed; call the answer to end it. */
  listen<P extends keyof Pushes>(push: P, heard: (payload: Pushes[P]) => void): Promise<() => void>;

  /** Follows files that are dragged into the window; call the answer to end it. */
  drops(heard: (drop: Drop) => void): Promise<() => void>;
}
