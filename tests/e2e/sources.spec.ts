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
  await dialog.getByRole('radio', { name: '24 hours' }).click();
  await expect(dialog).toContainText('no request is refused');
  await dialog.getByRole('button', { name: 'Make new token' }).click();
  await expect(page.getByText('pst_scripted-token-after-rotation')).toBeVisible();
  expect(await asked('rotate_token')).toEqual([{ key: 'intake', overlap_seconds: 86400 }]);
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

test('an address that is taken is said at its field; the token of a new intake is shown', async ({
  page,
  open,
  asked,
  accessible,
}) => {
  await open('#/sources');
  await page.keyboard.press('n');
  const drawer = page.getByRole('dialog', { name: 'Connect source' });
  await expect(drawer.getByRole('radio', { name: /HTTP intake/ })).toBeChecked();
  await drawer.getByLabel('Listen on').fill('127.0.0.1:8080');
  await page.keyboard.press('Control+Enter');
  await expect(drawer.getByRole('alert').first()).toContainText('already listens on');
  await expect(drawer.getByLabel('Listen on')).toBeFocused();
  await accessible();
  await drawer.getByLabel('Listen on').fill('127.0.0.1:8789');
  await drawer.getByRole('button', { name: 'Connect source' }).click();
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
  const drawer = page.getByRole('dialog', { name: 'Connect source' });
  await drawer.getByLabel('Name').fill('http INTAKE');
  await drawer.getByRole('button', { name: 'Connect source' }).click();
  await expect(drawer.getByLabel('Name')).toBeFocused();
  await expect(drawer).toContainText('A source of this name exists.');
  await drawer.getByLabel('Name').fill('Events on disk');
  await drawer.getByRole('radio', { name: /^File/ }).click();
  await drawer.getByRole('button', { name: 'Connect source' }).click();
  await expect(drawer.getByRole('textbox', { name: 'File' })).toBeFocused();
  await expect(drawer).toContainText('Enter the File.');
  expect(await asked('create_source')).toEqual([]);
});

test('a kind with a guide is set up beside it, tried, and its secret goes one way', async ({
  page,
  open,
  asked,
  accessible,
}) => {
  await open('#/sources');
  await page.keyboard.press('n');
  const drawer = page.getByRole('dialog', { name: 'Connect source' });
  await drawer.getByRole('radio', { name: /Infisical/ }).click();
  await expect(drawer.getByRole('complementary', { name: 'Setup guide' })).toContainText(
    'Create a machine identity',
  );
  await drawer.getByLabel('Site').fill('eu');
  await drawer.getByLabel('Client ID').fill('6f1c2a34-5b67-4c89-9d01-23456789abcd');
  await drawer.getByLabel('Client secret', { exact: true }).fill('planted-secret');
  await drawer.getByRole('button', { name: 'Test connection' }).click();
  await expect(drawer.getByText('lets Penstock read the audit logs of Larkfield')).toBeVisible();
  await accessible();
  await drawer.getByRole('button', { name: 'Connect source' }).click();
  await expect(drawer).toBeHidden();
  const card = page.getByRole('article', { name: 'Infisical' });
  await expect(card).toContainText('Catching up');
  expect(await page.content()).not.toContain('planted-secret');
  expect(await asked('create_source')).toMatchObject([
    {
      draft: {
        kind: 'infisical',
        details: { site: 'eu' },
        secrets: { client_secret: 'planted-secret' },
      },
    },
  ]);
});

test('every kind shows how it stands: progress, what was left out, what is no event', async ({
  page,
  open,
  asked,
  accessible,
}) => {
  await open('#/sources', { scenario: 'sources' });
  const infisical = page.getByRole('article', { name: 'Larkfield Group' });
  await expect(infisical.getByRole('progressbar')).toHaveAccessibleName(/Larkfield Group/);
  await expect(infisical).toContainText('412');
  await expect(infisical).toContainText('Catching up');
  await expect(infisical).toContainText('clock is 7 minutes behind');
  await expect(infisical.getByRole('alert')).toHaveCount(0);
  await expect(infisical.getByRole('button', { name: 'Retry' })).toHaveCount(0);
  await expect(infisical).toContainText('In your OS keychain');
  await expect(page.getByRole('article', { name: 'old-events' })).toContainText('84 MB of 120 MB');
  await expect(page.getByRole('article', { name: 'archive' })).toContainText('Done');
  await expect(page.getByRole('article', { name: 'A folder' }).getByRole('alert')).toContainText(
    'is a folder',
  );
  await accessible();
  await infisical.getByRole('button', { name: 'Test connection' }).click();
  await expect(infisical.getByRole('status')).toContainText('lets Penstock read');

  await page.getByRole('button', { name: 'See the 3 pieces that are no events' }).click();
  const drawer = page.getByRole('dialog', { name: 'Not readable from vault-audit.log' });
  await expect(drawer.getByRole('listitem').first()).toContainText('line 1700');
  await accessible();
  await drawer.getByRole('button', { name: 'Discard all' }).click();
  await expect(drawer).toContainText('Everything could be read');
  expect(await asked('discard_unreadable')).toEqual([{ key: 'vault-log', id: 3 }]);
});

test('a source is edited in the form it was made with', async ({ page, open, asked }) => {
  await open('#/sources', { scenario: 'sources' });
  const card = page.getByRole('article', { name: 'vault-audit.log' });
  await card.getByRole('button', { name: /^More actions/ }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  const drawer = page.getByRole('dialog', { name: 'Edit vault-audit.log' });
  await expect(drawer.getByRole('textbox', { name: 'File' })).toHaveValue(
    '/var/log/vault/audit.log',
  );
  await drawer.getByLabel('Name').fill('Vault');
  await drawer.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('article', { name: 'Vault' })).toBeVisible();
  expect(await asked('update_source')).toMatchObject([
    { draft: { source: 'vault-log', name: 'Vault', secrets: {} } },
  ]);
});

test('a file is imported once: chosen, or dropped into the window', async ({
  page,
  open,
  asked,
  accessible,
}) => {
  await open('#/sources');
  await page.keyboard.press('i');
  await expect(page.getByRole('article', { name: 'events.ndjson' })).toContainText('Catching up');

  await page.evaluate('drop({ kind: "over" })');
  await expect(page.getByText('Drop to import')).toBeVisible();
  await accessible();
  await page.evaluate('drop({ kind: "drop", paths: ["C:\\\\logs\\\\old.json"] })');
  await expect(page.getByText('Drop to import')).toBeHidden();
  await expect(page.getByRole('article', { name: 'old.json' })).toBeVisible();
  expect(await asked('create_source')).toMatchObject([
    { draft: { kind: 'file', details: { path: '/home/ada/events.ndjson', once: true } } },
    { draft: { name: 'old.json', details: { once: true } } },
  ]);
});

test('without a source the page says what one is', async ({ page, open, accessible }) => {
  await open('#/sources', { scenario: 'empty' });
  await expect(page.getByText('No source yet')).toBeVisible();
  await accessible();
  await page.getByRole('button', { name: 'Connect source' }).last().click();
  await expect(page.getByRole('dialog', { name: 'Connect source' })).toBeVisible();
});
