/** What a person types to connect an intake, and what is wrong with it before Rust is asked. */
import { sources } from '../../lib/i18n';
import { nameFault } from '../../lib/names';

const t = sources.dialog;

export type Typed = { name: string; address: string; port: string };
export type Faults = { [K in keyof Typed]?: string };

export function faultsOf(typed: Typed, taken: string[]): Faults {
  const faults: Faults = {};
  const name = nameFault(typed.name, taken);
  if (name) faults.name = t.nameFault[name];
  if (!typed.address.trim()) faults.address = t.listenEmpty;
  const port = typed.port.trim();
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
    faults.port = t.portWrong;
  return faults;
}

/** `127.0.0.1:8787`; an IPv6 address in its brackets. */
export function listenOf({ address, port }: Typed): string {
  const host = address.trim().replace(/^\[|\]$/g, '');
  return `${host.includes(':') ? `[${host}]` : host}:${Number(port.trim())}`;
}

export function typedOf(listen: string): Pick<Typed, 'address' | 'port'> {
  const at = listen.lastIndexOf(':');
  return { address: listen.slice(0, at).replace(/^\[|\]$/g, ''), port: listen.slice(at + 1) };
}
