/**
 * WebKitGTK names Shift+Tab `Unidentified`, so a focus trap or menu that asks for `Tab` never
 * hears it. The key is told again under its name; if somebody took that, the first is taken too.
 */
export function nameShiftTab(): () => void {
  const heard = (event: KeyboardEvent) => {
    if (event.key !== 'Unidentified' || event.code !== 'Tab' || !event.isTrusted) return;
    const named = new KeyboardEvent('keydown', {
      key: 'Tab',
      code: 'Tab',
      shiftKey: event.shiftKey,
      ctrlKey: event.ctrlKey,
      altKey: event.altKey,
      metaKey: event.metaKey,
      bubbles: true,
      cancelable: true,
    });
    const passed = (event.target ?? document).dispatchEvent(named);
    event.stopImmediatePropagation();
    if (!passed) event.preventDefault();
  };
  addEventListener('keydown', heard, true);
  return () => removeEventListener('keydown', heard, true);
}
