/**
 * Each page's code, loaded when it is first opened; that of the first page comes with the app, so
 * that the window waits for one round of files and not for two. A page asks the router what it
 * shows.
 */
import type { Component } from 'svelte';
import * as streams from './features/streams/StreamsPage.svelte';
import type { Page } from './lib/route.svelte';

type Load = () => Promise<{ default: Component<Record<string, never>> }>;

export const pages: Record<Page, Load> = {
  streams: async () => streams,
  activity: () => import('./features/activity/ActivityPage.svelte'),
  practice: () => import('./features/practice/PracticePage.svelte'),
  settings: () => import('./features/settings/SettingsPage.svelte'),
  events: () => import('./features/events/EventsPage.svelte'),
  sources: () => import('./features/sources/SourcesPage.svelte'),
  stream: () => import('./features/stream/StreamPage.svelte'),
  wizard: () => import('./features/wizard/WizardPage.svelte'),
};
