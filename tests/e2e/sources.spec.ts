import { expect, test } from '../../ui/e2e';

test('an intake shows its address and a curl line without its token', async ({
  page,
  open,
  asked,
  accessible,
}) => {
  await open('#/sources');
  const card = page.getByRole('article', { name: 'HTTP intake' });
  await expect(card).toContainText('http://127.0.0.1:8787/v1/events');
  await expect(card.locator('.redact')).toHaveText('intake token');
  await accessible();
  await card.getByRole('button', { name: /Copy the curl line/ }).click();
  await expect(page.getByText('Copied with the token in it')).toBeVisible();
  expect(await asked('copy_curl')).toEqual([{ key: 'intake' }]);
  expect(await asked('reveal_token')).toEqual([]);
});

test('a token is revealed on request only, and hidden again', async ({ page, open }) => {
  await open('#/sources');
  const card = page.getByRole('article', { name: 'HTTP intake' });
  await expect(page.getByText('pst_')).toBeHidden();
  await card.getByRole('button', { name: 'Reveal token' }).click();
  await expect(card.getByText('pst_scripted-token-of-the-intake')).toBeVisible();
  await expect(card.getByText(/Hides in \d+ s/)).toBeVisible();
  await card.getByRole('button', { name: 'Hide token' }).click();
  await expect(page.getByText('pst_')).toBeHidden();
});

test('rotating a token says what stops and begins at Keep token', async ({ page, open, asked }) => {
  await open('#/sources');
  await page.getByRole('button', { name: 'More actions for HTTP intake' }).click();
  await page.getByRole('menuitem', { name: 'Rotate token' }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('stops working at once');
  await expect(dialog.getByRole('button', { name: 'Keep token' })).toBeFocused();
  await dialog.getByRole('button', { name: 'Make new token' }).click();
  await expect(page.getByText('pst_scripted-token-after-rotation')).toBeVisible();
  expect(await asked('rotate_token')).toEqual([{ key: 'intake' }]);
});

test('a source is paused, resumed and deleted', async ({ page, open, asked, accessible }) => {
  await open('#/sources');
  const card = page.getByRole('article', { name: 'Platform services' });
  const more = card.getByRole('button', { name: /^More actions/ });
  await more.click();
  await page.getByRole('menuitem', { name: 'Pause' }).click();
  await expect(card).toContainText('Paused');
  await card.getByRole('button', { name: 'Resume' }).click();
  await expect(card).toContainText('Listening');
  await more.click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('4 streams take events from it');
  await expect(dialog.getByRole('listitem')).toHaveCount(4);
  await expect(dialog.getByRole('listitem').first()).toContainText('has no other source');
  await accessible();
  await page.getByRole('button', { name: 'Delete source' }).click();
  await expect(card).toBeHidden();
  expect(await asked('delete_source')).toEqual([{ key: 'platform' }]);
});

test('a port that is taken is answered with one that is free', async ({
  page,
  open,
  asked,
  accessible,
}) => {
  await open('#/sources');
  await page.keyboard.press('n');
  const dialog = page.getByRole('dialog', { name: 'Connect source' });
  await expect(dialog.getByLabel('Name')).toBeFocused();
  await dialog.getByLabel('Port').fill('8080');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('already listens on 127.0.0.1:8080');
  await accessible();
  await dialog.getByRole('button', { name: 'Use port 8789 instead' }).click();
  const made = page.getByRole('dialog', { name: 'HTTP intake 2 is listening' });
  await expect(made).toContainText('http://127.0.0.1:8789/v1/events');
  await expect(made).toContainText('pst_scripted-token-of-the-intake');
  await accessible();
  await made.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('article', { name: 'HTTP intake 2' })).toBeVisible();
  expect(await asked('create_source')).toHaveLength(2);
});

test('what is typed wrong is named at its field before anything is asked', async ({
  page,
  open,
  asked,
}) => {
  await open('#/sources');
  await page.keyboard.press('n');
  const dialog = page.getByRole('dialog', { name: 'Connect source' });
  await dialog.getByLabel('Name').fill('http INTAKE');
  await dialog.getByLabel('Port').fill('99999');
  await dialog.getByRole('button', { name: 'Connect source' }).click();
  await expect(dialog.getByLabel('Name')).toBeFocused();
  await expect(dialog).toContainText('A source of this name exists.');
  await expect(dialog).toContainText('Enter a number from 1 to 65535.');
  expect(await asked('create_source')).toEqual([]);
});

test('without a source the page says what one is', async ({ page, open, accessible }) => {
  await open('#/sources', { scenario: 'empty' });
  await expect(page.getByText('No source yet')).toBeVisible();
  await accessible();
  await page.getByRole('button', { name: 'Connect source' }).last().click();
  await expect(page.getByRole('dialog', { name: 'Connect source' })).toBeVisible();
});
