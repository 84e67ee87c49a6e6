/** The window as host. The only file that imports `@tauri-apps`. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Host } from './host';

export function tauriHost(): Host {
  return {
    call: (command, takes) => invoke(command, takes),
    listen: (push, heard) => listen(push, (event) => heard(event.payload as never)),
  };
}
