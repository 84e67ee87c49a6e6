import { expect, it, vi } from 'vitest';
import { nameShiftTab } from './shift-tab';

it('ordinary keys pass as they are', () => {
  const stop = nameShiftTab();
  const heard = vi.fn();
  document.addEventListener('keydown', heard);
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab', bubbles: true }));
  expect(heard).toHaveBeenCalledOnce();
  document.removeEventListener('keydown', heard);
  stop();
});
