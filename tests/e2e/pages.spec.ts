import { expect, test } from '../../ui/e2e';

test('activity shows the attempts of all streams and opens each', async ({
  page,
  open,
  accessible,
}) => {
  await open('#/activity');
  const log = page.getByRole('grid', { name: 'Delivery attempts' });
  await expect(log.getByRole('row').nth(1)).toContainText('Platform events');
  await accessible();
  await page.getByRole('radio', { name: 'Problems' }).click();
  await expect(log.getByText('Success')).toHaveCount(0);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: /^Delivery at/ })).toBeVisible();
});

test('activity says what it waits for while nothing was sent', async ({ page, open }) => {
  await open('#/activity', { scenario: 'empty' });
  await expect(page.getByText('No delivery yet')).toBeVisible();
});

test('the practice receiver starts, shows what arrives, and leads to a stream', async ({
  page,
  open,
  accessible,
}) => {
  await open('#/practice');
  await accessible();
  await page.getByRole('button', { name: 'Start the practice receiver' }).click();
  await expect(page.getByText('http://127.0.0.1:8799', { exact: true })).toBeVisible();
  await accessible();
  await page.getByRole('radio', { name: 'Splunk' }).click();
  await expect(page.getByText('HEC token')).toBeVisible();
  await page.getByRole('grid').getByRole('row').nth(5).click();
  const drawer = page.getByRole('dialog', { name: /^Request at/ });
  await expect(drawer).toContainText('Told to answer 503.');
  await accessible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New stream to Splunk' }).click();
  await expect(page).toHaveURL(/wizard\?provider=splunk&practice=on$/);
});

test('the practice receiver is told to misbehave, with its figures checked', async ({
  page,
  open,
  asked,
}) => {
  await open('#/practice', { practice: 'on' });
  await page.getByRole('radio', { name: 'Answer with a status' }).click();
  await page.getByLabel('Status').fill('9000');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByText('Enter a number from 200 to 599.')).toBeVisible();
  await page.getByLabel('Status').fill('429');
  await page.getByLabel('Retry-After, seconds').fill('7');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('button', { name: 'Applied' })).toBeDisabled();
  await page.getByRole('radio', { name: 'Answer properly' }).click();
  await expect(async () =>
    expect(await asked('set_practice_fault')).toEqual([
      { fault: { kind: 'status', status: 429, retry_after: 7, percent: 100 } },
      { fault: { kind: 'none' } },
    ]),
  ).toPass();
});

test('the theme changes at once and is kept', async ({ page, open, asked, accessible }) => {
  await open('#/settings');
  await accessible();
  await page.getByRole('radio', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.getByRole('radio', { name: 'System' }).click();
  await expect(page.locator('html')).not.toHaveAttribute('data-theme');
  expect(await asked('set_setting')).toEqual([
    { key: 'theme', value: 'dark' },
    { key: 'theme', value: 'system' },
  ]);
});

test('single letters can be switched off, other keys stay', async ({ page, open }) => {
  await open('#/settings');
  await page.getByRole('switch', { name: 'Single-letter shortcuts' }).click();
  await page.getByRole('link', { name: /Streams/ }).click();
  await page.keyboard.press('n');
  await expect(page.getByRole('grid', { name: 'Streams' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
});

test('the journal says what it holds, and its limits are checked and saved', async ({
  page,
  open,
  asked,
  accessible,
}) => {
  await open('#/settings');
  const journal = page.getByRole('region', { name: 'Journal' });
  await expect(journal).toContainText('1,805,092');
  await expect(journal).toContainText('84 GB');
  const save = journal.getByRole('button', { name: 'Save limits' });
  const limit = journal.getByLabel('Largest size');
  await limit.fill('plenty');
  await limit.press('Enter');
  await expect(limit).toBeFocused();
  await expect(limit).toHaveAccessibleDescription(/Write a size with its unit/);
  await accessible();
  await limit.fill('100 MB');
  await expect(limit).toHaveAccessibleDescription(/It holds 412 MB now/);
  await accessible();
  await limit.fill('20 GB');
  await journal.getByLabel('Delivered events are kept').fill('30');
  await save.press('Enter');
  await expect(page.getByText('The journal’s limits are saved')).toBeVisible();
  await expect(limit).toHaveValue('20 GB');
  await save.press('Enter');
  await expect(limit).toBeFocused();
  expect(await asked('set_journal_bounds')).toEqual([
    { bounds: { limit_bytes: 20_000_000_000, keep_days: 30 } },
  ]);
});

test('a refusal of the journal’s limits is told beside them, and what was typed stays', async ({
  page,
  open,
}) => {
  await open('#/settings', { scenario: 'failing' });
  const free = page.getByLabel('Kept free on the disk');
  await free.fill('2 GB');
  await free.press('Enter');
  const journal = page.getByRole('region', { name: 'Journal' });
  await expect(journal.getByRole('alert')).toContainText('The disk is full.');
  await expect(free).toHaveValue('2 GB');
  await journal.getByRole('button', { name: 'Undo changes' }).click();
  await expect(free).toHaveValue('537 MB');
});
