/**
 * Says that what was just drawn is on the screen, as a mark of the name `painted`: for measuring
 * how long a window takes to be of use.
 */
export function painted(): void {
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('painted')));
}
