/** What a person set for the page itself: theme and single-letter shortcuts. Kept by Rust. */
import { createContext } from 'svelte';
import type { Host } from '../host/host';
import type { Keyboard } from './keyboard.svelte';

export type Theme = 'system' | 'light' | 'dark';

export class Preferences {
  theme: Theme = $state('system');
  #host: Host;
  #keyboard: Keyboard;

  constructor(host: Host, keyboard: Keyboard) {
    this.#host = host;
    this.#keyboard = keyboard;
  }

  get letters(): boolean {
    return this.#keyboard.letters;
  }

  async load(): Promise<void> {
    const [theme, letters] = await Promise.all([
      this.#host.call('setting', { key: 'theme' }),
      this.#host.call('setting', { key: 'letter_shortcuts' }),
    ]);
    this.#show(theme === 'light' || theme === 'dark' ? theme : 'system');
    this.#keyboard.letters = letters !== 'off';
  }

  async setTheme(theme: Theme): Promise<void> {
    this.#show(theme);
    await this.#host.call('set_setting', { key: 'theme', value: theme });
  }

  async setLetters(on: boolean): Promise<void> {
    this.#keyboard.letters = on;
    await this.#host.call('set_setting', { key: 'letter_shortcuts', value: on ? 'on' : 'off' });
  }

  #show(theme: Theme): void {
    this.theme = theme;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }
}

export const [usePreferences, providePreferences] = createContext<Preferences>();
