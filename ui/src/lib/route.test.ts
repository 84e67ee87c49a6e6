import { describe, expect, it } from 'vitest';
import { parseRoute, routeFragment, Router, type Route } from './route.svelte';

describe('a route', () => {
  const routes: Route[] = [
    { page: 'streams' },
    { page: 'stream', key: 'a b/ç?', tab: 'deliveries' },
    { page: 'stream', key: 'x', tab: 'settings' },
    { page: 'sources' },
    { page: 'wizard' },
    { page: 'wizard', provider: 'practice' },
    { page: 'wizard', provider: 'splunk', practice: true },
    { page: 'wizard', stream: 'id 1', field: 'token' },
  ];

  it.each(routes)('comes back from its address: %o', (route) => {
    expect(parseRoute(routeFragment(route))).toEqual(route);
  });

  it.each(['', '#', '#/', '#/nowhere', '#/stream', '#/stream/%E0%A4%A'])(
    'is the list where the address says nothing: %s',
    (fragment) => {
      expect(parseRoute(fragment)).toEqual({ page: 'streams' });
    },
  );
});

it('the router remembers the page that led to the wizard', () => {
  const router = new Router();
  router.go({ page: 'sources' });
  router.go({ page: 'wizard' });
  router.go({ page: 'wizard', provider: 'splunk' });
  expect(router.came).toEqual({ page: 'sources' });
});
