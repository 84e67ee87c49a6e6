/** The present second, for relative times. It stands still while the window is hidden. */
import { createSubscriber } from 'svelte/reactivity';

const ticking = createSubscriber((update) => {
  const tick = () => {
    if (!document.hidden) update();
  };
  const timer = setInterval(tick, 1000);
  document.addEventListener('visibilitychange', tick);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', tick);
  };
});

/** Reading it in an effect or a template makes that run again each second. */
export function now(): number {
  ticking();
  return Date.now();
}
