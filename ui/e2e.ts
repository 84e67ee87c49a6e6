/**
 * What the specs in `tests/e2e` share. They import nothing else, since the packages they need are
 * found from here.
 *
 * Every test fails on anything the page writes to the console as an error, what the content
 * security policy refuses included.
 */
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';

export { expect, type Page };

type Asked = { command: string; takes: Record<string, unknown> };

type Fixtures = {
  /** Opens a route on a script: `open('#/wizard', { scenario: 'empty' })`. */
  open: (fragment: string, script?: Record<string, string>) => Promise<void>;
  /** What the page asked of its host, oldest first. */
  asked: (command: string) => Promise<Asked['takes'][]>;
  /** No accessibility rule is broken, in light and in dark. */
  accessible: () => Promise<void>;
  quiet: void;
};

export const test = base.extend<Fixtures>({
  quiet: [
    async ({ page }, use) => {
      const errors: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      page.on('pageerror', (error) => errors.push(error.message));
      await use();
      expect(errors, 'the page wrote errors to the console').toEqual([]);
    },
    { auto: true },
  ],

  open: async ({ page }, use) => {
    await use(async (fragment, script = {}) => {
      const query = new URLSearchParams({ pace: '1', ...script });
      await page.goto(`/scripted.html?${query}${fragment}`);
      // Keys pressed before the page is there would be nobody's.
      await page.getByRole('heading').first().waitFor();
    });
  },

  asked: async ({ page }, use) => {
    await use((command) =>
      page.evaluate((name) => {
        const calls = (window as unknown as { asked: Asked[] }).asked;
        return calls.filter((call) => call.command === name).map((call) => call.takes);
      }, command),
    );
  },

  accessible: async ({ page }, use) => {
    await use(async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        // Colours on their way from one theme to the other have no contrast to speak of.
        await page.evaluate(async () => {
          await new Promise(requestAnimationFrame);
          const ending = document
            .getAnimations()
            .filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity);
          await Promise.allSettled(ending.map(({ finished }) => finished));
        });
        const { violations } = await new AxeBuilder({ page }).analyze();
        const told = violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(' | ')}`,
        );
        expect(told, `accessibility in ${colorScheme}`).toEqual([]);
      }
    });
  },
});
