import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Keyboard } from './keyboard.svelte';

let keyboard: Keyboard;
let stop: () => void;

beforeEach(() => {
  document.body.replaceChildren();
  stop?.();
  keyboard = new Keyboard();
  stop = keyboard.follow();
});

function press(key: string, more: KeyboardEventInit = {}, on: EventTarget = document.body) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  on.dispatchEvent(event);
  return event;
}

function field(): HTMLInputElement {
  const input = document.createElement('input');
  document.body.append(input);
  return input;
}

describe('shortcuts', () => {
  it('ask the component shown last first, and give the key back when it goes', () => {
    const page = vi.fn();
    const drawer = vi.fn();
    keyboard.use({ j: page });
    const gone = keyboard.use({ j: drawer });
    press('j');
    gone();
    press('j');
    expect([page.mock.calls.length, drawer.mock.calls.length]).toEqual([1, 1]);
  });

  it('leave letters to text fields, but hear Ctrl there', () => {
    const letter = vi.fn();
    const palette = vi.fn();
    keyboard.use({ n: letter, 'mod+k': palette });
    press('n', {}, field());
    press('k', { ctrlKey: true }, field());
    expect(letter).not.toHaveBeenCalled();
    expect(palette).toHaveBeenCalledOnce();
  });

  it('ignore single letters once these are switched off, but not other keys', () => {
    const letter = vi.fn();
    const del = vi.fn();
    keyboard.use({ s: letter, delete: del });
    keyboard.letters = false;
    press('s');
    press('Delete');
    expect(letter).not.toHaveBeenCalled();
    expect(del).toHaveBeenCalledOnce();
  });

  it('do not reach the page below what lies over it', () => {
    const page = vi.fn();
    keyboard.use({ n: page, 'mod+k': page });
    keyboard.use({}, true);
    press('n');
    press('k', { ctrlKey: true });
    expect(page).not.toHaveBeenCalled();
  });

  it('take two letters one after the other', () => {
    const sources = vi.fn();
    const only = vi.fn();
    keyboard.use({ 'g o': sources, o: only });
    press('g');
    press('o');
    press('o');
    expect(sources).toHaveBeenCalledOnce();
    expect(only).toHaveBeenCalledOnce();
  });

  it('leave Enter and Space to the button that has the focus', () => {
    const open = vi.fn();
    keyboard.use({ enter: open });
    const button = document.createElement('button');
    document.body.append(button);
    press('Enter', {}, button);
    expect(open).not.toHaveBeenCalled();
  });

  it('leave a key alone that somebody has taken already', () => {
    const page = vi.fn();
    keyboard.use({ escape: page });
    document.body.addEventListener('keydown', (event) => event.preventDefault(), { once: true });
    press('Escape');
    expect(page).not.toHaveBeenCalled();
  });
});
