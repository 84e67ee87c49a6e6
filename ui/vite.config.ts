import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

// As strict as the window's own policy: what would be refused there is refused here too.
const policy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      injectTo: 'head-prepend',
      attrs: {
        'http-equiv': 'Content-Security-Policy',
        content: "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:",
      },
    },
  ],
};

// The mode `scripted` builds the page that runs without a window, on scripted data: for looking
// and for tests. It is never part of the app.
export default defineConfig(({ mode }) => ({
  plugins: [tailwindcss(), svelte(), svelteTesting(), ...(mode === 'scripted' ? [policy] : [])],
  clearScreen: false,
  server: {
    port: 5173,
    strictPort: true,
    host: '127.0.0.1',
    // The script's sample entry is one of the repository's fixtures.
    fs: { allow: [page('.'), page('../tests/fixtures')] },
  },
  preview: { port: 4173, strictPort: true, host: '127.0.0.1' },
  build: {
    target: ['es2022', 'safari16.4'],
    outDir: mode === 'scripted' ? 'dist-scripted' : 'dist',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: mode === 'scripted' ? page('scripted.html') : page('index.html'),
      output: {
        chunkFileNames: ({ name }) =>
          name.startsWith('shared') ? 'assets/shared-[hash].js' : 'assets/[name]-[hash].js',
        strictExecutionOrder: true,
        // A few files instead of a hundred: each costs a turn to the window's host and back.
        codeSplitting: {
          groups: [
            {
              name: 'shared',
              minShareCount: 2,
              entriesAware: true,
              entriesAwareMergeThreshold: 100_000,
            },
          ],
        },
      },
    },
  },
  test: {
    environment: 'jsdom',
    // Far longer than anything here takes; only a failing test ever waits for it.
    testTimeout: 60_000,
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test-setup.ts'],
    // One document for many files: starting one costs more than most tests.
    isolate: false,
  },
}));
