/** The window as host. The only file that imports `@tauri-apps`. */
import { invoke } from '@tauri-apps/api/core';
import { listen, TauriEvent } from '@tauri-apps/api/event';
import type { Drop, Host } from './host';

export function tauriHost(): Host {
  return {
    call: (command, takes) => invoke(command, takes),
    listen: (push, heard) => listen(push, (event) => heard(event.payload as never)),
    drops: async (heard) => {
      const tell = (event: TauriEvent, drop: (paths: string[]) => Drop) =>
        listen<{ paths?: string[] }>(event, ({ payload }) => heard(drop(payload?.paths ?? [])));
      const ends = await Promise.all([
        tell(TauriEvent.DRAG_ENTER, () => ({ kind: 'over' })),
        tell(TauriEvent.DRAG_LEAVE, () => ({ kind: 'away' })),
        tell(TauriEvent.DRAG_DROP, (paths) => ({ kind: 'drop', paths })),
      ]);
      return () => ends.forEach((end) => end());
    },
  };
}
