import { expect, test } from '../../ui/e2e';

const FAILING = '#/stream/stream-1';

test('a failing stream says what happened, why, and what to do', async ({ page, open, asked }) => {
  await open(FAILING);
  const error = page.getByRole('region', { name: 'Last error' });
  await expect(error).toContainText('Splunk answered 403 Token disabled');
  await expect(error).toContainText('Someone switched the HEC token off');
  await expect(error.getByRole('heading', { name: 'How to fix it' })).toBeVisible();
  await error.getByRole('button', { name: 'Try now' }).click();
  await expect(async () =>
    expect(await asked('retry_stream')).toEqual([{ key: 'stream-1' }]),
  ).toPass();
  await error.getByRole('button', { name: 'Replace HEC token' }).click();
  await expect(page).toHaveURL(/wizard\?stream=stream-1&field=token$/);
});

test('each part of the page breaks no accessibility rule', async ({ page, open, accessible }) => {
  for (const part of ['', '/failed', '/settings']) {
    await open(FAILING + part);
    await expect(page.getByRole('img', { name: /events a minute/ })).toBeVisible();
    await accessible();
  }
});

test('1, 2 and 3 change the part; Alt and arrows the stream', async ({ page, open }) => {
  await open(FAILING);
  await page.keyboard.press('2');
  await expect(page.getByRole('tab', { name: /Failed events/ })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await page.keyboard.press('3');
  await expect(page.getByRole('heading', { name: 'Destination' })).toBeVisible();
  await page.keyboard.press('Alt+ArrowDown');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Detections index');
  await expect(page).toHaveURL(/settings$/);
  await page.keyboard.press('Alt+ArrowUp');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('SOC Splunk');
});

test('a delivery opens with its request, reply and events, secrets hatched', async ({
  page,
  open,
  accessible,
  asked,
}) => {
  await open(FAILING);
  const log = page.getByRole('grid', { name: 'Delivery attempts' });
  await log.getByRole('row').nth(1).click();
  const drawer = page.getByRole('dialog', { name: /^Delivery at/ });
  await expect(drawer).toContainText('Try 15, 500 events');
  await expect(drawer.locator('mark')).toHaveText('Token disabled');
  await expect(drawer.locator('.redact')).toHaveText('redacted');
  await expect(drawer).toContainText('18446744073709551617');
  await accessible();
  await page.keyboard.press('ArrowDown');
  await expect(drawer).toContainText('Try 14');
  await drawer.getByRole('button', { name: 'Copy report' }).click();
  const [copied] = await asked('copy_text');
  expect(copied!['text']).toContain('Token disabled');
  expect(copied!['text']).not.toContain('ci-deployer');
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
});

test('problems are shown alone, and older attempts come as one scrolls', async ({ page, open }) => {
  await open('#/stream/stream-6');
  const log = page.getByRole('grid', { name: 'Delivery attempts' });
  await expect(log).toHaveAttribute('aria-rowcount', '101');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await expect(log).toHaveAttribute('aria-rowcount', '201');
  await page.getByRole('radio', { name: 'Problems' }).click();
  await expect(log.getByRole('row').nth(1)).toContainText('Server is busy');
  await expect(log.getByRole('row').nth(1)).toContainText('Delivered on try 2');
});

test('the chart is a table for who asks, and tells a sentence otherwise', async ({
  page,
  open,
}) => {
  await open(FAILING);
  await expect(
    page.getByRole('img', { name: /About \d+ events a minute.*every request was refused/ }),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Show as table' }).click();
  const table = page.getByRole('region', { name: 'Throughput and latency' });
  await expect(table.getByRole('row')).toHaveCount(97);
  await page.getByRole('radio', { name: '1 h' }).click();
  await expect(table.getByRole('row')).toHaveCount(61);
});

test('failed events are chosen, replayed, and discarded with time to undo', async ({
  page,
  open,
  asked,
}) => {
  await open(`${FAILING}/failed`);
  const grid = page.getByRole('grid', { name: 'Failed events' });
  await expect(grid.getByRole('row')).toHaveCount(18);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press(' ');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press(' ');
  await expect(page.getByText('2 of 17 selected')).toBeVisible();
  await page.getByRole('button', { name: 'Replay 2' }).click();
  await expect(page.getByText('2 events are queued again')).toBeVisible();
  await expect(grid.getByRole('row')).toHaveCount(16);

  await page
    .getByRole('button', { name: /^Discard the event/ })
    .first()
    .click();
  await expect(grid.getByRole('row')).toHaveCount(15);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(grid.getByRole('row')).toHaveCount(16);
  expect(await asked('discard_set_aside')).toEqual([]);
});

test('a failed event opens with its reason and its text', async ({ page, open, accessible }) => {
  await open(`${FAILING}/failed`);
  await page.getByRole('grid').getByRole('row').nth(1).click();
  const drawer = page.getByRole('dialog', { name: /^Failed event, get-secrets/ });
  await expect(drawer).toContainText('400 Incorrect index');
  await expect(drawer).toContainText('18446744073709551617');
  await accessible();
});

test('settings say that a secret is in the keychain, never what it is', async ({ page, open }) => {
  await open(`${FAILING}/settings`);
  await expect(page.getByText('In your OS keychain')).toBeVisible();
  await page.getByRole('button', { name: 'Replace HEC token' }).last().click();
  await expect(page).toHaveURL(/field=token$/);
});

test('replaying says that events may show twice, and from when', async ({ page, open, asked }) => {
  await open('#/stream/stream-6');
  await page.keyboard.press('Shift+R');
  const dialog = page.getByRole('dialog', { name: /^Replay events on/ });
  await expect(dialog).toContainText('may show them twice');
  await dialog.getByRole('radio', { name: 'The last 24 hours' }).click();
  await dialog.getByRole('button', { name: 'Replay', exact: true }).click();
  await expect(page.getByText('Events queued again')).toBeVisible();
  const [replay] = await asked('replay_stream');
  expect(replay).toMatchObject({ key: 'stream-6', from_seq: null });
  expect(Date.now() - Date.parse(String(replay!['from_time']))).toBeGreaterThan(86_000_000);
});

test('a stream that is gone says so and leads back', async ({ page, open }) => {
  await open('#/stream/no-such');
  await expect(page.getByText('This stream no longer exists')).toBeVisible();
  await page.getByRole('button', { name: 'All streams' }).click();
  await expect(page.getByRole('grid', { name: 'Streams' })).toBeVisible();
});
