import { expect, test } from '../../ui/e2e';

test('a filter is edited with its preview beside it, by keyboard', async ({
  page,
  open,
  asked,
  accessible,
}) => {
  await open('#/stream/stream-1/settings');
  await page.getByRole('button', { name: 'Edit Filter' }).click();
  const drawer = page.getByRole('dialog', { name: 'Events of SOC Splunk' });
  await expect(drawer.getByRole('status')).toContainText('2,000 of the last 2,000 events');

  await drawer.getByRole('button', { name: 'Add condition' }).press('Enter');
  const types = drawer.getByRole('combobox', { name: 'Event type' });
  await expect(types).toBeFocused();
  await page.keyboard.type('reveal');
  await expect(drawer.getByRole('option')).toHaveText([/Take “reveal”/, /reveal-secret/]);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(drawer.getByRole('status')).toContainText('250 of the last 2,000 events');
  await accessible();
  await types.fill('some-type-of-tomorrow');
  await page.keyboard.press('Enter');
  await expect(drawer.getByText('some-type-of-tomorrow', { exact: true })).toBeVisible();

  await drawer.getByRole('radio', { name: 'Without' }).click();
  await expect(drawer.getByRole('radio', { name: 'Left out 250' })).toBeVisible();
  await drawer.getByRole('radio', { name: 'Left out 250' }).click();
  const row = drawer.getByRole('button', { name: /^Left out: reveal-secret/ }).first();
  await row.click();
  await expect(row).toHaveAttribute('aria-expanded', 'true');

  await page.keyboard.press('Control+Enter');
  await expect(drawer).toBeHidden();
  await expect(page.getByRole('tabpanel', { name: 'Settings' })).toContainText(
    'Event type is not reveal-secret and some-type-of-tomorrow',
  );
  expect(await asked('set_filter')).toMatchObject([
    {
      key: 'stream-1',
      filter: {
        conditions: [
          {
            field: 'event_type',
            exclude: true,
            values: ['reveal-secret', 'some-type-of-tomorrow'],
          },
        ],
      },
    },
  ]);
  expect(await asked('set_redaction')).toEqual([]);
});

test('a preset takes the place of the conditions, and is undone', async ({ page, open }) => {
  await open('#/stream/stream-1/settings');
  await page.getByRole('button', { name: 'Edit Filter' }).click();
  const drawer = page.getByRole('dialog', { name: 'Events of SOC Splunk' });
  await drawer.getByRole('button', { name: 'Add condition' }).click();
  await page.keyboard.type('user-login');
  await page.keyboard.press('Enter');
  await drawer.getByRole('button', { name: 'Administration only' }).click();
  await expect(drawer.getByRole('listitem', { name: 'Condition 1' })).toContainText('management');
  await drawer.getByRole('button', { name: 'Undo' }).click();
  await expect(drawer.getByRole('listitem', { name: 'Condition 1' })).toContainText('user-login');
});

test('redaction shows the event before and after', async ({ page, open, asked, accessible }) => {
  await open('#/stream/stream-1/settings');
  await page.getByRole('button', { name: 'Edit Redaction' }).click();
  const drawer = page.getByRole('dialog', { name: 'Events of SOC Splunk' });
  await drawer.getByRole('button', { name: 'IP addresses' }).click();
  const change = drawer.getByLabel('The event, before and after redaction');
  await expect(change).toContainText('Removed: ');
  await expect(change).toContainText('203.0.113.0/24');
  await accessible();
  await drawer.getByRole('button', { name: 'actorMetadata.email' }).click();
  await drawer
    .getByRole('radiogroup', { name: 'What happens to actorMetadata.email' })
    .or(drawer.getByRole('group', { name: 'What happens to actorMetadata.email' }))
    .getByText('Hash')
    .click();
  await drawer.getByRole('button', { name: 'Save changes' }).click();
  await expect(drawer).toBeHidden();
  expect(await asked('set_redaction')).toEqual([
    {
      key: 'stream-1',
      redaction: {
        rules: [
          { path: 'ipAddress', action: 'mask' },
          { path: 'actorMetadata.email', action: 'hash' },
        ],
      },
    },
  ]);
});

test('a new stream takes its filter with it', async ({ page, open, asked }) => {
  await open('#/wizard');
  await page.getByRole('radio', { name: /Custom/ }).click();
  await page.getByRole('button', { name: 'Choose events' }).click();
  const drawer = page.getByRole('dialog', { name: 'Events of Custom' });
  await drawer.getByRole('button', { name: 'Administration only' }).click();
  await drawer.getByRole('button', { name: 'Apply' }).click();
  await expect(drawer).toBeHidden();
  await expect(page.getByText('Event class is management')).toBeVisible();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('URL').fill('https://logs.example.com/in');
  await page.getByRole('button', { name: 'Continue to verify' }).click();
  await page.getByRole('button', { name: 'Create stream' }).click();
  await expect(page.getByRole('heading', { name: 'Custom is live' })).toBeVisible();
  expect(await asked('create_stream')).toMatchObject([
    { draft: { filter: { conditions: [{ field: 'event_class', values: ['management'] }] } } },
  ]);
});
