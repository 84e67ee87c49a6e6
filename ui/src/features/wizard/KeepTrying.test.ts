import { fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import KeepTrying from './KeepTrying.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('tries again after two minutes, and not once it is switched off', async () => {
  const onretry = vi.fn();
  render(KeepTrying, { props: { on: true, onretry } });
  await vi.advanceTimersByTimeAsync(119_999);
  expect(onretry).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(onretry).toHaveBeenCalledOnce();
  await fireEvent.click(screen.getByRole('switch', { name: /Keep trying/ }));
  await vi.advanceTimersByTimeAsync(600_000);
  expect(onretry).toHaveBeenCalledOnce();
});

it('stops with the screen', async () => {
  const onretry = vi.fn();
  const { unmount } = render(KeepTrying, { props: { on: true, onretry } });
  unmount();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(onretry).not.toHaveBeenCalled();
});
