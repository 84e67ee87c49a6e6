import { expect, test } from '../../ui/e2e';

test('new events come on top; scrolled away they are counted instead', async ({ page, open }) => {
  await open('#/streams');
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  const rows = page.getByRole('grid', { name: 'Events' }).getByRole('row');
  await expect(rows.nth(1)).toContainText('create-secret');
  await page.evaluate('world.arrive(1)');
  await expect(rows.nth(1)).toContainText('delete-project');

  await page.mouse.move(600, 400);
  await page.mouse.wheel(0, 900);
  await expect(page.getByText('Paused: new events are counted')).toBeVisible();
  await page.evaluate('world.arrive(3)');
  const pill = page.getByRole('button', { name: '3 new' });
  await pill.click();
  await expect(pill).toBeHidden();
  await expect(rows.nth(1)).toContainText('reveal-secret');
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
});

test('P holds new events back until it is pressed again', async ({ page, open }) => {
  await open('#/events');
  const rows = page.getByRole('grid', { name: 'Events' }).getByRole('row');
  await expect(rows.nth(1)).toContainText('create-secret');
  await page.keyboard.press('p');
  await page.evaluate('world.arrive(2)');
  await expect(page.getByRole('button', { name: '2 new' })).toBeVisible();
  await expect(rows.nth(1)).toContainText('create-secret');
  await page.keyboard.press('p');
  await expect(rows.nth(1)).toContainText('update-org');
});

test('events are searched and narrowed, and the filters cleared', async ({
  page,
  open,
  asked,
  accessible,
}) => {
  await open('#/events');
  await page.keyboard.press('/');
  await page.keyboard.type('permission');
  const rows = page.getByRole('grid', { name: 'Events' }).getByRole('row');
  await expect(rows.nth(1)).toContainText('permission-denied');
  await expect(rows.nth(2)).toContainText('permission-denied');
  await page.getByRole('button', { name: 'Stream', exact: true }).click();
  await page.getByRole('menuitemradio', { name: 'SOC Splunk' }).click();
  await accessible();
  const asks = await asked('events');
  expect(asks.at(-1)).toMatchObject({ ask: { search: 'permission', stream: 'stream-1' } });

  await page.getByRole('textbox', { name: 'Search in events' }).fill('nothing like it');
  await expect(page.getByText('No event matches')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(rows.nth(1)).toContainText('create-secret');
});

test('one event opens as a tree, with where it stands at each stream', async ({
  page,
  open,
  accessible,
}) => {
  await open('#/events');
  const grid = page.getByRole('grid', { name: 'Events' });
  await expect(grid.getByRole('row').nth(1)).toContainText('create-secret');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog', { name: 'create-secret' });
  await expect(drawer.getByRole('listitem').filter({ hasText: 'SOC Splunk' })).toContainText(
    /Waiting|Delivered/,
  );
  const tree = drawer.getByRole('tree', { name: 'The event' });
  const actor = tree.getByRole('treeitem', { name: /^actorMetadata/ });
  await expect(actor).toHaveAttribute('aria-expanded', 'true');
  await accessible();
  await tree.getByRole('treeitem').first().focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowLeft']) await page.keyboard.press(key);
  await expect(actor).toBeFocused();
  await expect(actor).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(tree.getByRole('treeitem', { name: /^email/ })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
});

for (const [width, height] of [
  [960, 640],
  [1600, 1000],
] as const)
  test(`the list is accessible at ${width} × ${height}`, async ({ page, open, accessible }) => {
    await page.setViewportSize({ width, height });
    await open('#/events');
    await expect(page.getByRole('grid', { name: 'Events' }).getByRole('row').nth(5)).toBeVisible();
    await accessible();
  });
