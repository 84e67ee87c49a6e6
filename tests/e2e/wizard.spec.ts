import { expect, test } from '../../ui/e2e';

const TOKEN = '12345678-1234-1234-1234-123456789012';

test('a stream is created with the keyboard alone', async ({ page, open, asked }) => {
  await open('#/wizard');
  await expect(page.getByRole('heading', { name: 'Select provider' })).toBeFocused();
  await page.keyboard.press('/');
  await page.keyboard.type('hec');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('radio', { name: /Splunk/ })).toBeFocused();
  await page.keyboard.press('Enter');

  await expect(page.getByRole('heading', { name: 'Input credentials' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('Host', { exact: true })).toBeFocused();
  await page.keyboard.type('splunk.example.com:8088');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('HEC token', { exact: true })).toBeFocused();
  await page.keyboard.type(TOKEN);
  await page.keyboard.press('Control+Enter');

  await expect(
    page.getByRole('status').getByText('Splunk accepted the sample log entry'),
  ).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('heading', { name: 'Splunk is live' })).toBeFocused();
  const [created] = await asked('create_stream');
  expect(created).toMatchObject({
    verified: true,
    paused: false,
    draft: {
      provider: 'splunk',
      details: { hostname: 'splunk.example.com:8088' },
      secrets: { token: TOKEN },
    },
  });
  await page.keyboard.press('Control+Enter');
  await expect(page).toHaveURL(/#\/stream\//);
});

test('arrow keys move over the cards in two dimensions', async ({ page, open }) => {
  await open('#/wizard');
  await page.getByRole('radio', { name: /Splunk/ }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: /Datadog/ })).toBeFocused();
  await expect(page.getByRole('radio', { name: /Datadog/ })).toBeChecked();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: /Custom/ })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('radio', { name: /Splunk/ })).toBeFocused();
  await page.keyboard.press('c');
  await expect(page.getByRole('radio', { name: /Custom/ })).toBeFocused();
});

test('a search without a match says so and keeps Custom at hand', async ({ page, open }) => {
  await open('#/wizard');
  await page.getByLabel('Search providers').fill('splnk');
  await expect(page.getByText('No provider matches “splnk”.')).toBeVisible();
  await expect(page.getByRole('radiogroup', { name: 'Provider' }).getByRole('radio')).toHaveCount(
    1,
  );
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Search providers')).toHaveValue('');
  await expect(page.getByRole('heading', { name: 'Select provider' })).toBeVisible();
});

test('what is wrong is said at the field, and a failed submit leads to the first one', async ({
  page,
  open,
}) => {
  await open('#/wizard?provider=splunk');
  await page.getByRole('button', { name: 'Continue to verify' }).click();
  await expect(page.getByLabel('Host', { exact: true })).toBeFocused();
  await expect(page.getByText('2 fields to fix')).toBeVisible();
  await expect(page.getByText('Needed now')).toBeVisible();
  await page.getByLabel('Host', { exact: true }).fill('splunk.example.com');
  await page.getByLabel('HEC token', { exact: true }).fill('nonsense');
  await expect(page.getByText('1 field to fix')).toBeVisible();
  await page.getByLabel('HEC token', { exact: true }).fill(TOKEN);
  await expect(page.getByText('1 field to fix')).toHaveCount(0);
});

test('names that cannot be used are refused at once', async ({ page, open }) => {
  await open('#/wizard');
  await page.getByRole('radio', { name: /Splunk/ }).click();
  const name = page.getByLabel('Stream name');
  await name.fill('x'.repeat(300));
  await expect(page.getByRole('alert')).toHaveText(/at most 100 characters/);
  await name.fill('soc splunk');
  await expect(page.getByRole('alert')).toHaveText(/Another stream has this name/);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(name).toBeFocused();
  await name.fill('🚰 audit');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { name: 'Input credentials' })).toBeFocused();
});

test('a pasted secret is tidied, hidden, and never kept with the draft', async ({ page, open }) => {
  await open('#/wizard?provider=splunk');
  const token = page.getByLabel('HEC token', { exact: true });
  await token.focus();
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData('text/plain', `  ${text}\n`);
    document.activeElement!.dispatchEvent(
      new ClipboardEvent('paste', {
        clipboardData: data,
        bubbles: true,
        cancelable: true,
      }),
    );
  }, TOKEN);
  await expect(token).toHaveValue(TOKEN);
  await expect(token).toHaveAttribute('type', 'password');
  await expect(page.getByText('Spaces and line breaks around it were removed.')).toBeVisible();
  await page.getByRole('button', { name: 'Show HEC token' }).click();
  await expect(token).toHaveAttribute('type', 'text');
  await page.getByLabel('Host', { exact: true }).fill('splunk.example.com');
  await expect(token).toHaveAttribute('type', 'password');

  await page.keyboard.press('Escape');
  await expect(page.getByText('Draft kept until Penstock closes')).toBeVisible();
  expect(
    await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage })),
  ).not.toContain(TOKEN);
  await page.evaluate(() => (location.hash = '#/wizard'));
  await expect(page.getByText('Your draft is back.')).toBeVisible();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByLabel('Host', { exact: true })).toHaveValue('splunk.example.com');
  await expect(page.getByLabel('HEC token', { exact: true })).toHaveValue('');
});

test('without any source one is made at the end, and its address is shown', async ({
  page,
  open,
  asked,
}) => {
  await open('#/wizard', { scenario: 'empty' });
  await page.getByRole('radio', { name: /Splunk/ }).click();
  await expect(page.getByText('You have no source yet.')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await page.getByLabel('Host', { exact: true }).fill('splunk.example.com');
  await page.getByLabel('HEC token', { exact: true }).fill(TOKEN);
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: 'Create stream' }).click();
  await expect(page.getByRole('heading', { name: 'Splunk is live' })).toBeVisible();
  expect(await asked('create_source')).toMatchObject([
    { draft: { kind: 'http_intake', name: 'HTTP intake' } },
  ]);
  await expect(page.getByText('Waiting for the first real event')).toBeVisible();
  await page.getByRole('button', { name: 'Copy curl' }).click();
  expect(await asked('copy_curl')).toHaveLength(1);
});

test('a source is connected without leaving the wizard', async ({ page, open }) => {
  await open('#/wizard');
  await page.getByRole('button', { name: 'Connect a new source' }).click();
  const drawer = page.getByRole('dialog', { name: 'Connect source' });
  await expect(drawer.getByRole('radio')).toHaveText([/HTTP intake/, /Infisical/, /File/]);
  const name = drawer.getByLabel('Name');
  await name.fill('HTTP intake');
  await expect(drawer.getByRole('alert')).toHaveText(/A source of this name exists/);
  await name.fill('Batch jobs');
  await drawer.getByLabel('Listen on').fill('127.0.0.1:8791');
  await drawer.getByRole('button', { name: 'Connect source' }).click();
  await expect(drawer).toBeHidden();
  await expect(page.getByRole('radio', { name: /Batch jobs/ })).toBeChecked();
});

test('a curl line fills address and headers; what carries a credential locks itself', async ({
  page,
  open,
  asked,
}) => {
  await open('#/wizard?provider=custom');
  await page.getByRole('button', { name: 'Paste as curl' }).click();
  await page.getByLabel('curl command').fill('wget https://a.example');
  await page.getByRole('button', { name: 'Fill the form' }).click();
  await expect(page.getByRole('alert')).toHaveText(/not a curl command/);
  await page
    .getByLabel('curl command')
    .fill("curl https://logs.example.com/in -H 'Authorization: Bearer planted' -H 'X-Team: soc'");
  await page.keyboard.press('Control+Enter');
  await expect(page.getByLabel('URL', { exact: true })).toHaveValue('https://logs.example.com/in');
  await expect(page.getByLabel('Header 1, value')).toHaveAttribute('type', 'password');
  await expect(page.getByLabel('Header 2, value')).toHaveAttribute('type', 'text');
  await page.getByLabel('Header 2, value').press('Enter');
  await expect(page.getByLabel('Header 3, name')).toBeFocused();
  const checks = await asked('check_draft');
  expect(checks.at(-1)).toMatchObject({
    draft: {
      secrets: {
        headers: [
          { key: 'Authorization', value: 'Bearer planted', secret: true },
          { key: 'X-Team', value: 'soc', secret: false },
        ],
      },
    },
  });
  await expect(page.getByText('What your endpoint receives')).toBeVisible();
});

test('a menu of choices is driven by keys, and Esc closes it alone', async ({
  page,
  open,
  asked,
}) => {
  await open('#/wizard?provider=datadog');
  const site = page.getByRole('button', { name: /^Site/ }).or(page.getByRole('combobox'));
  await site.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('listbox')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('listbox')).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Input credentials' })).toBeVisible();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(site).toContainText('US3');
  await expect(async () =>
    expect((await asked('check_draft')).at(-1)).toMatchObject({
      draft: { details: { site: 'us3.datadoghq.com' } },
    }),
  ).toPass();
});

test('a stream that exists is changed in the same form; saved secrets are not asked again', async ({
  page,
  open,
  asked,
}) => {
  await open('#/wizard');
  const id = await page.evaluate(() => {
    const { streams } = (
      window as unknown as {
        world: { streams: { id: string; provider: string }[] };
      }
    ).world;
    return streams.find(({ provider }) => provider === 'splunk')!.id;
  });
  await open(`#/wizard?stream=${id}&field=token`);
  const token = page.getByLabel('HEC token', { exact: true });
  await expect(token).toBeFocused();
  await page.getByRole('button', { name: 'Keep the saved one' }).click();
  await expect(page.getByText('In your OS keychain')).toBeVisible();
  await page.getByLabel('Stream name').fill('SOC Splunk, new');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page).toHaveURL(new RegExp(`#/stream/${id}`));
  expect(await asked('update_stream')).toMatchObject([
    { draft: { stream: id, name: 'SOC Splunk, new', secrets: {} } },
  ]);
});

test('practice goes straight to a verified sample', async ({ page, open, asked }) => {
  await open('#/wizard?provider=practice');
  await expect(page.getByText('Practice receiver accepted the sample log entry')).toBeVisible();
  expect(await asked('start_practice')).toHaveLength(1);
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(page.getByLabel('URL', { exact: true })).toHaveValue(
    'http://127.0.0.1:8799/practice',
  );
});

for (const [width, height] of [
  [960, 640],
  [1280, 820],
  [1600, 1000],
] as const) {
  test(`every step is accessible at ${width} × ${height}`, async ({ page, open, accessible }) => {
    await page.setViewportSize({ width, height });
    await open('#/wizard');
    await page.getByRole('radio', { name: /Splunk/ }).click();
    await page.getByRole('button', { name: 'Connect a new source' }).click();
    await accessible();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Continue to verify' }).click();
    await page.getByRole('button', { name: 'Advanced' }).click();
    await page.getByRole('button', { name: 'Connection' }).click();
    await accessible();
    await page.getByLabel('Host', { exact: true }).fill('splunk.example.com');
    await page.getByLabel('HEC token', { exact: true }).fill(TOKEN);
    await page.keyboard.press('Control+Enter');
    await expect(page.getByText('accepted the sample log entry')).toBeVisible();
    await accessible();
    await page.getByRole('button', { name: 'Edit' }).click();
    await accessible();
    await page.getByRole('button', { name: 'Create stream' }).click();
    await expect(page.getByRole('heading', { name: 'Splunk is live' })).toBeVisible();
    await accessible();
  });
}
