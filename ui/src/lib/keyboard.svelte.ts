/**
 * Keyboard shortcuts. Pages and components say which keys they answer while they are shown; the
 * one shown last is asked first. Letters without a modifier act only outside text fields, while
 * nothing lies over the page, and can be switched off (WCAG 2.1.4).
 */
import { createContext } from 'svelte';

/** `mod+k`, `g s` (one after the other), `shift+r`, `alt+arrowup`, `?`, `delete`. */
export type Keys = Record<string, (event: KeyboardEvent) => void>;

/** How long the second key of a pair may take. */
const PAIR_MS = 1_200;

export const onMac = /Mac|iPhone|iPad/.test(navigator.platform);

export class Keyboard {
  /** Whether letters alone act. */
  letters = $state(true);
  #layers: { keys: Keys; over: boolean }[] = [];
  #first: { key: string; at: number } | null = null;

  /** Answers how to stop. `over`: lies over the page, so what is below gets no keys at all. */
  use(keys: Keys, over = false): () => void {
    const layer = { keys, over };
    this.#layers.push(layer);
    return () => {
      this.#layers = this.#layers.filter((other) => other !== layer);
    };
  }

  follow(): () => void {
    const pressed = (event: KeyboardEvent) => this.#pressed(event);
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }

  #pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const key = keyName(event);
    if (!key) return;
    const bare = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (bare && takesText(event.target) && key !== 'escape') return;
    if (bare && isLetter(event) && !this.letters) return;
    if (bare && takesSpace(event.target) && (key === ' ' || key === 'enter')) return;

    const before = this.#first;
    this.#first = null;
    const pair = before && event.timeStamp - before.at < PAIR_MS ? `${before.key} ${key}` : null;
    for (let at = this.#layers.length - 1; at >= 0; at--) {
      const layer = this.#layers[at];
      if (!layer) continue;
      const action = (pair && layer.keys[pair]) || layer.keys[key];
      if (action) {
        event.preventDefault();
        action(event);
        return;
      }
      if (Object.keys(layer.keys).some((name) => name.startsWith(`${key} `)))
        this.#first = { key, at: event.timeStamp };
      if (layer.over) return;
    }
  }
}

export function keyName(event: KeyboardEvent): string | null {
  const key = event.key.toLowerCase();
  if (['control', 'meta', 'shift', 'alt', 'unidentified', 'dead'].includes(key)) return null;
  const mod = onMac ? event.metaKey : event.ctrlKey;
  const shift = event.shiftKey && (isLetter(event) || key.length > 1);
  return `${mod ? 'mod+' : ''}${event.altKey ? 'alt+' : ''}${shift ? 'shift+' : ''}${key}`;
}

function isLetter(event: KeyboardEvent): boolean {
  return /^\p{L}$/u.test(event.key);
}

function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  return (
    target instanceof HTMLInputElement &&
    !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type)
  );
}

/** Buttons and links answer Space and Enter themselves. */
function takesSpace(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('button, a[href], [role="menuitem"], [role="option"], summary') !== null
  );
}

export const [useKeyboard, provideKeyboard] = createContext<Keyboard>();
