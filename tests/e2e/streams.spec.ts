import { expect, test } from '../../ui/e2e';

test('what needs a person stands first, with its reason and the one useful action', async ({
  page,
  open,
}) => {
  await open('#/streams');
  const rows = page.getByRole('grid', { name: 'Streams' }).getByRole('row');
  await expect(rows.nth(1)).toContainText('SOC Splunk');
  await expect(rows.nth(1)).toContainText('403 Token disabled');
  await expect(rows.nth(1).getByRole('button', { name: 'Fix SOC Splunk' })).toBeVisible();
  await expect(rows.nth(2).getByRole('button', { name: /^Renew/ })).toBeVisible();
  await expect(rows.nth(3).getByRole('button', { name: /^Try delivery now/ })).toBeVisible();
  await expect(page.getByRole('link', { name: /2 streams need you/ })).toBeVisible();
});

test('the list and the first run break no accessibility rule', async ({ open, accessible }) => {
  await open('#/streams');
  await accessible();
  await open('#/streams', { scenario: 'empty' });
  await accessible();
});

test('filters narrow the list, say so, and are cleared in one click', async ({ page, open }) => {
  await open('#/streams');
  await page.getByRole('radio', { name: 'Needs you 2' }).click();
  await expect(page.getByText('2 of 10 streams')).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('archive');
  await expect(page.getByText('No stream matches “archive”')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(page.getByText('10 streams', { exact: true })).toBeVisible();
});

test('a column sorts both ways and tells which way', async ({ page, open }) => {
  await open('#/streams');
  const first = page.getByRole('grid').getByRole('row').nth(1);
  await page.getByRole('button', { name: 'Sort by Delivered 24 h' }).click();
  await expect(first).toContainText('Seven-year archive');
  await expect(page.getByRole('columnheader', { name: /Delivered 24 h/ })).toHaveAttribute(
    'aria-sort',
    'descending',
  );
  await page.getByRole('button', { name: 'Sort by Delivered 24 h' }).click();
  await expect(first).toContainText(/Legacy SIEM|On-call/);
});

test('a stream is found, paused, resumed and opened with the keyboard alone', async ({
  page,
  open,
  asked,
}) => {
  await open('#/streams');
  await page.keyboard.press('/');
  await page.keyboard.type('secrets acc');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /Secrets access/ })).toBeFocused();
  await page.keyboard.press('p');
  await expect(page.getByRole('status').getByText('Stream paused')).toBeVisible();
  expect(await asked('pause_stream')).toEqual([{ key: 'stream-5' }]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('row', { name: /Secrets access/ })).toContainText('Healthy');
  await page.getByRole('row', { name: /Secrets access/ }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: /Secrets access/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('grid', { name: 'Streams' })).toBeVisible();
});

test('the menu of a row gives the focus back', async ({ page, open }) => {
  await open('#/streams');
  const more = page.getByRole('button', { name: 'More actions for Platform events' });
  await more.click();
  await expect(page.getByRole('menuitem', { name: /Send sample/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(more).toBeFocused();
});

test('a sample is sent from the list and shows the exact request and reply', async ({
  page,
  open,
  asked,
}) => {
  await open('#/streams');
  await page.getByRole('button', { name: 'More actions for Platform events' }).click();
  await page.getByRole('menuitem', { name: /Send sample/ }).click();
  const drawer = page.getByRole('dialog', { name: 'Send sample to Platform events' });
  await expect(drawer.getByRole('status')).toContainText('accepted the sample log entry');
  await expect(drawer.getByRole('heading', { name: 'Request' })).toBeVisible();
  await expect(drawer.getByText('redacted')).toBeVisible();
  expect(await asked('send_sample')).toMatchObject([{ key: 'stream-6', sample: null }]);
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
});

test('deleting tells what is lost, begins at Keep stream, and asks for the name', async ({
  page,
  open,
  asked,
  accessible,
}) => {
  await open('#/streams');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Delete');
  const dialog = page.getByRole('alertdialog', { name: 'Delete SOC Splunk?' });
  await expect(dialog).toContainText('3,914 waiting and 17 failed events are discarded');
  await expect(dialog.getByRole('button', { name: 'Keep stream' })).toBeFocused();
  const remove = dialog.getByRole('button', { name: 'Delete stream' });
  await expect(remove).toBeDisabled();
  await accessible();
  await dialog.getByLabel('Type SOC Splunk to confirm').fill('SOC Splunk');
  await dialog.getByRole('button', { name: 'Export events first' }).click();
  await expect(page.getByText('17 events exported')).toBeVisible();
  await remove.click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('row', { name: /SOC Splunk/ })).toBeHidden();
  expect(await asked('delete_stream')).toEqual([{ key: 'stream-1' }]);
});

test('a refused deletion is told in the dialog and deletes nothing', async ({ page, open }) => {
  await open('#/streams', { scenario: 'failing' });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Delete');
  const dialog = page.getByRole('alertdialog');
  await dialog.getByLabel('Type SOC Splunk to confirm').fill('SOC Splunk');
  await dialog.getByRole('button', { name: 'Delete stream' }).click();
  await expect(dialog.getByRole('alert')).toContainText('The disk is full.');
  await dialog.getByRole('button', { name: 'Keep stream' }).click();
  await expect(page.getByRole('row', { name: /SOC Splunk/ })).toBeVisible();
});

test('what is delivered shows at once, without asking', async ({ page, open, asked }) => {
  await open('#/streams', { live: '50' });
  const row = page.getByRole('row', { name: /Platform events/ });
  const delivered = row.getByRole('gridcell').nth(4);
  const before = await delivered.textContent();
  await expect(delivered).not.toHaveText(before ?? '');
  expect(await asked('status')).toHaveLength(1);
});

test('a thousand streams are all there to the keyboard, a few of them drawn', async ({
  page,
  open,
}) => {
  await open('#/streams', { scenario: 'thousand' });
  const grid = page.getByRole('grid', { name: 'Streams' });
  await expect(grid).toHaveAttribute('aria-rowcount', '1001');
  const drawn = await grid.locator('tbody tr[data-key]').count();
  expect(drawn).toBeLessThan(60);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  const last = grid.locator('tbody tr[aria-rowindex="1001"]');
  await expect(last).toBeFocused();
  await expect(last).toBeInViewport();
  await page.keyboard.press('Home');
  await expect(grid.locator('tbody tr[aria-rowindex="2"]')).toBeFocused();
});

test('the first run leads to the wizard, and to the practice receiver without an account', async ({
  page,
  open,
  asked,
}) => {
  await open('#/streams', { scenario: 'empty' });
  await expect(page.getByRole('button', { name: 'Create your first stream' })).toBeFocused();
  await page.getByRole('button', { name: 'Try it with the practice receiver' }).click();
  await expect(page).toHaveURL(/#\/wizard\?provider=practice$/);
  expect(await asked('start_practice')).not.toHaveLength(0);
});
