/** The page in a plain browser on scripted data; see `tests/e2e`. */
import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const port = Number(process.env['PENSTOCK_E2E_PORT'] ?? 4173);
// The system's browser where there is one, else the one Playwright was told to install.
const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export default defineConfig({
  testDir: '../tests/e2e',
  outputDir: 'node_modules/.playwright',
  fullyParallel: true,
  forbidOnly: true,
  // Far longer than anything here takes; only a failing test ever waits for it.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1280, height: 820 },
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'retain-on-failure',
    launchOptions: browser ? { executablePath: browser, args: ARGS } : {},
  },
  webServer: {
    command: `npx vite preview --mode scripted --outDir dist-scripted --host 127.0.0.1 --port ${port}`,
    url: `http://127.0.0.1:${port}/scripted.html`,
    reuseExistingServer: false,
  },
});
