/** What is open over the page at the window's own behest: the command palette and the shortcuts. */
import { createContext } from 'svelte';

export class Desk {
  palette = $state(false);
  shortcuts = $state(false);
  /** The dialog that connects a source. */
  connecting = $state(false);
  /** The stream under the keyboard, which single letters and the palette act on. */
  selected: string | null = $state(null);
}

export const [useDesk, provideDesk] = createContext<Desk>();
