/** Mounts the page on a host. */
import './styles/app.css';
import { mount } from 'svelte';
import App from './App.svelte';
import type { Host } from './host/host';

export function start(host: Host): void {
  mount(App, { target: document.body, props: { host } });
}
