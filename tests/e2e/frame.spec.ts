import { expect, test } from '../../ui/e2e';

test('the palette runs a command on a stream by keyboard', async ({
  page,
  open,
  asked,
  accessible,
}) => {
  await open('#/streams');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox')).toBeFocused();
  const palette = page.getByRole('dialog', { name: 'Search or run a command' });
  await page.keyboard.type('pause platform');
  await expect(palette.getByRole('option')).toHaveText([/Pause Platform events/]);
  await accessible();
  await page.keyboard.press('Enter');
  await expect(palette).toBeHidden();
  expect(await asked('pause_stream')).toEqual([{ key: 'stream-6' }]);
});

test('a destructive command opens its dialog instead of acting', async ({ page, open, asked }) => {
  await open('#/activity');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('delete legacy');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alertdialog', { name: 'Delete Legacy SIEM?' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Keep stream' })).toBeFocused();
  expect(await asked('delete_stream')).toEqual([]);
});

test('the palette knows providers by their other names', async ({ page, open }) => {
  await open('#/streams');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('logtail');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/wizard\?provider=better_stack$/);
});

test('pages are reached by letters, and the list of them by a question mark', async ({
  page,
  open,
  accessible,
}) => {
  await open('#/streams');
  for (const [keys, title] of [
    ['go', 'Sources'],
    ['ga', 'Activity'],
    ['gp', 'Practice receiver'],
    ['gs', 'Streams'],
  ] as const) {
    for (const key of keys) await page.keyboard.press(key);
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
  }
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await accessible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+,');
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
});

test('Tab goes round in a dialog and never leaves it', async ({ page, open }) => {
  await open('#/streams');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Delete');
  const dialog = page.getByRole('alertdialog');
  await expect(dialog.getByRole('button', { name: 'Keep stream' })).toBeFocused();
  for (let step = 0; step < 5; step++) {
    await page.keyboard.press('Shift+Tab');
    expect(await dialog.evaluate((node) => node.contains(document.activeElement))).toBe(true);
  }
  for (let step = 0; step < 5; step++) {
    await page.keyboard.press('Tab');
    expect(await dialog.evaluate((node) => node.contains(document.activeElement))).toBe(true);
  }
});

for (const [problem, words] of [
  ['newer', 'written by a newer version'],
  ['rubbish', 'is not a database'],
  ['readonly', 'may not write to its data folder'],
  ['full', 'The disk is full'],
] as const) {
  test(`a store that cannot be opened is told in words: ${problem}`, async ({
    page,
    open,
    accessible,
  }) => {
    await open('#/streams', { scenario: 'store-problem', problem });
    const alert = page.getByRole('alert');
    await expect(alert).toContainText(words);
    await expect(alert).toContainText('/home/ada/.local/share/penstock');
    await expect(page.getByRole('group', { name: 'Delivery' })).toContainText('Not delivering');
    await accessible();
    await page.getByRole('button', { name: 'Retry' }).click();
    await expect(page.getByText('Create your first stream')).toBeVisible();
  });
}

test('a locked keychain is told on every page, with what to do', async ({
  page,
  open,
  accessible,
}) => {
  await open('#/streams', { scenario: 'keychain-locked' });
  await expect(page.getByText('The keychain is locked.')).toBeVisible();
  await accessible();
  await page.getByRole('link', { name: /Sources/ }).click();
  await expect(page.getByText('Events wait safely meanwhile.')).toBeVisible();
});

test('an engine that stopped is told, and started again', async ({ page, open, asked }) => {
  await open('#/streams', { scenario: 'stopped' });
  await expect(page.getByRole('alert')).toContainText('The delivery engine stopped.');
  await page.getByRole('button', { name: 'Restart' }).click();
  await expect(page.getByRole('group', { name: 'Delivery' })).toContainText('Delivering');
  expect(await asked('reopen')).toHaveLength(1);
});

test('a guest says who delivers', async ({ page, open, accessible }) => {
  await open('#/streams', { scenario: 'guest' });
  await expect(page.getByText('Process 4711 has this data folder.')).toBeVisible();
  await accessible();
});

test('what could not be done is told, and stays until it is read', async ({
  page,
  open,
  accessible,
}) => {
  await open('#/stream/stream-6', { scenario: 'failing' });
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const toast = page.getByRole('alert').filter({ hasText: 'The disk is full.' });
  await expect(toast).toContainText('Free some space, then try again.');
  await accessible();
  await toast.getByRole('button', { name: 'Dismiss' }).click();
  await expect(toast).toBeHidden();
});

test('while Penstock does not answer, rows to come are shown and then a sentence', async ({
  page,
}) => {
  await page.clock.install();
  await page.goto('/scripted.html?scenario=silent');
  await page.clock.runFor(300);
  await expect(page.getByRole('status', { name: 'Loading…' })).toBeVisible();
  await page.clock.runFor(4_000);
  await expect(page.getByText('Still waiting for Penstock to answer.')).toBeVisible();
});

test('every action stays in reach in the smallest window', async ({ page, open, accessible }) => {
  await page.setViewportSize({ width: 960, height: 640 });
  await open('#/stream/stream-1');
  for (const name of ['Send sample', 'Pause', 'Edit', 'Replay', 'Delete SOC Splunk'])
    await expect(page.getByRole('button', { name, exact: true })).toBeInViewport();
  await open('#/streams');
  await expect(page.getByRole('button', { name: /New stream/ })).toBeInViewport();
  await expect(page.getByRole('link', { name: /Settings/ })).toBeInViewport();
  await accessible();
});
