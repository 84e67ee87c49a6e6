/**
 * Which page is shown. The address's fragment holds it (`#/stream/<id>/failed`), so that going
 * back works and a reloaded window opens where it was. Nothing secret ever stands in it.
 */
import { createContext } from 'svelte';

export type StreamTab = 'deliveries' | 'failed' | 'settings';

export type Route =
  | { page: 'streams' }
  | { page: 'stream'; key: string; tab: StreamTab }
  | { page: 'sources' }
  | { page: 'events' }
  | { page: 'activity' }
  | { page: 'practice' }
  | { page: 'settings' }
  /**
   * `provider`: chosen beforehand, with what the practice receiver takes where `practice` is set.
   * `stream`: the stream to change, with `field` first in hand.
   */
  | { page: 'wizard'; provider?: string; practice?: true; stream?: string; field?: string };

export type Page = Route['page'];

const TABS: readonly string[] = ['deliveries', 'failed', 'settings'] satisfies StreamTab[];

export function parseRoute(fragment: string): Route {
  const [path = '', query = ''] = fragment.replace(/^#?\/?/, '').split('?');
  const [page, key = '', tab = ''] = path.split('/').map(decode);
  const asked = new URLSearchParams(query);
  switch (page) {
    case 'stream':
      if (!key) return { page: 'streams' };
      return { page, key, tab: TABS.includes(tab) ? (tab as StreamTab) : 'deliveries' };
    case 'sources':
    case 'events':
    case 'activity':
    case 'practice':
    case 'settings':
      return { page };
    case 'wizard': {
      const route: Route = { page };
      const provider = asked.get('provider');
      const stream = asked.get('stream');
      if (provider) route.provider = provider;
      const field = asked.get('field');
      if (asked.has('practice')) route.practice = true;
      if (stream) route.stream = stream;
      if (field) route.field = field;
      return route;
    }
    default:
      return { page: 'streams' };
  }
}

export function routeFragment(route: Route): string {
  if (route.page === 'stream') {
    const key = encodeURIComponent(route.key);
    return route.tab === 'deliveries' ? `#/stream/${key}` : `#/stream/${key}/${route.tab}`;
  }
  if (route.page === 'wizard') {
    const asked = new URLSearchParams();
    if (route.provider) asked.set('provider', route.provider);
    if (route.practice) asked.set('practice', 'on');
    if (route.stream) asked.set('stream', route.stream);
    if (route.field) asked.set('field', route.field);
    return asked.size > 0 ? `#/wizard?${asked}` : '#/wizard';
  }
  return `#/${route.page}`;
}

export class Router {
  route: Route = $state.raw(parseRoute(location.hash));
  /** The page before this one, to return to from the wizard. */
  came: Route = { page: 'streams' };

  /** Answers how to stop following the address. */
  follow(): () => void {
    const moved = () => this.#show(parseRoute(location.hash));
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }

  go(route: Route): void {
    location.hash = routeFragment(route);
    this.#show(route);
  }

  /** Like `go`, but going back skips the page that was shown. */
  replace(route: Route): void {
    history.replaceState(null, '', routeFragment(route));
    this.#show(route);
  }

  #show(route: Route): void {
    if (routeFragment(route) === routeFragment(this.route)) return;
    if (this.route.page !== 'wizard') this.came = this.route;
    this.route = route;
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

export const [useRouter, provideRouter] = createContext<Router>();
