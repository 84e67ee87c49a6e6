/** Each page's code, loaded when it is first opened. */
import type { Component } from 'svelte';
import type { Page, Route } from './lib/route.svelte';

type Load = () => Promise<{ default: Component<{ route: Route }> }>;

export const pages: Partial<Record<Page, Load>> = {
  wizard: () => import('./features/wizard/WizardPage.svelte'),
};
