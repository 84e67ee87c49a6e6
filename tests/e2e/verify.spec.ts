import { expect, test, type Page } from '../../ui/e2e';

async function custom(page: Page, url: string, authorization: string) {
  await page.getByLabel('URL', { exact: true }).fill(url);
  await page.getByLabel('Header 1, name').fill('Authorization');
  await page.getByLabel('Header 1, value').fill(authorization);
  await page.keyboard.press('Control+Enter');
}

test('a refusal tells what happened, why, and what to do; R tries again', async ({
  page,
  open,
  asked,
}) => {
  await open('#/wizard?provider=custom');
  await custom(page, 'https://logs.example.com/in', 'Bearer wrong');
  await expect(page.getByRole('alert')).toContainText('refused the sample: 403 Forbidden');
  await expect(page.getByRole('heading', { name: 'What happened' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Most likely cause' })).toBeVisible();
  await expect(page.locator('mark')).toHaveText('Token disabled');
  await expect(page.locator('ol[aria-label="Delivery stages"] > li.cut').first()).toContainText(
    '403 Forbidden',
  );
  await page.keyboard.press('r');
  await expect(async () => expect(await asked('verify')).toHaveLength(2)).toPass();
  await page.getByRole('button', { name: 'Copy report' }).click();
  const [copied] = await asked('copy_text');
  expect(copied!['text']).toContain('Most likely cause');
  expect(copied!['text']).not.toContain('wrong');
});

test('a stream is created unverified where a person says so', async ({ page, open, asked }) => {
  await open('#/wizard?provider=custom');
  await custom(page, 'https://logs.example.com/in', 'Bearer wrong');
  await page.getByRole('button', { name: 'Create anyway, unverified' }).click();
  await expect(
    page.getByRole('heading', { name: 'Custom is created, not verified' }),
  ).toBeVisible();
  expect(await asked('create_stream')).toMatchObject([{ verified: false }]);
});

test('back leads to the field that the reply names', async ({ page, open }) => {
  await open('#/wizard?provider=custom');
  await custom(page, 'https://nowhere.example.com/in', 'Bearer x');
  await expect(page.getByRole('alert')).toContainText('was not reached');
  await page.getByRole('button', { name: 'Back to credentials' }).click();
  const url = page.getByLabel('URL', { exact: true });
  await expect(url).toBeFocused();
  await expect(url).toHaveAttribute('aria-invalid', 'true');
  await url.fill('https://logs.example.com/in');
  await expect(url).not.toHaveAttribute('aria-invalid', 'true');
});

test('Esc stops a sample under way and stays; the next Esc leaves', async ({
  page,
  open,
  asked,
}) => {
  await open('#/wizard?provider=custom', { pace: '60000' });
  await custom(page, 'https://logs.example.com/in', 'Bearer x');
  await expect(page.getByText('Sending the sample log entry to Custom')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByText('The sample was not sent to its end')).toBeVisible();
  expect(await asked('cancel_verify')).toHaveLength(1);
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/#\/streams$/);
});

test('the sample is edited, checked, sent as edited, and reset', async ({ page, open, asked }) => {
  await open('#/wizard?provider=custom');
  await custom(page, 'https://logs.example.com/in', 'Bearer x');
  await expect(page.getByRole('status').getByText('accepted the sample')).toBeVisible();
  await page.getByRole('button', { name: 'Edit' }).click();
  const editor = page.getByLabel('Sample log entry, JSON');
  await editor.fill('{"eventType": ');
  await expect(page.getByRole('alert')).toContainText('This is not JSON yet');
  await editor.fill('[]');
  await expect(page.getByRole('alert')).toContainText('one JSON object');
  await editor.fill('{"eventType": "mine"}');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Send again' }).click();
  await expect(async () =>
    expect((await asked('verify')).at(-1)).toMatchObject({
      sample: '{"eventType": "mine"}',
    }),
  ).toPass();
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('button', { name: 'Reset' }).click();
  await expect(editor).toHaveValue(/create-secret/);
});

test('a refused certificate is shown, and its issuer trusted where a person says so', async ({
  page,
  open,
  asked,
}) => {
  await open('#/wizard?provider=custom');
  await custom(page, 'https://selfsigned.example.com/in', 'Bearer x');
  await expect(page.getByText('The certificate that was refused')).toBeVisible();
  await page.getByRole('button', { name: 'Trust this certificate’s issuer' }).click();
  await expect(page.getByRole('status').getByText('accepted the sample')).toBeVisible();
  const last = (await asked('verify')).at(-1);
  expect(JSON.stringify(last)).toContain('-----BEGIN CERTIFICATE-----');
});

test('a locked keychain is said where secrets are typed', async ({ page, open }) => {
  await open('#/wizard?provider=splunk', { scenario: 'keychain-locked' });
  await expect(page.getByRole('alert')).toContainText('The keychain is locked.');
});

test('what cannot be created says why and can be tried again', async ({ page, open }) => {
  await open('#/wizard?provider=custom', { scenario: 'failing' });
  await custom(page, 'https://logs.example.com/in', 'Bearer x');
  await expect(page.getByRole('alert').first()).toContainText('The sample could not be sent');
});

test('a refusal is accessible', async ({ page, open, accessible }) => {
  await open('#/wizard?provider=custom');
  await accessible();
  await custom(page, 'https://logs.example.com/in', 'Bearer wrong');
  await expect(page.getByRole('alert')).toBeVisible();
  await accessible();
});
