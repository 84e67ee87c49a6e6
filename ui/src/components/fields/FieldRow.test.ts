import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Field, Saved } from '../../bindings/engine';
import type { Host } from '../../host/host';
import { Store } from '../../lib/store.svelte';
import Provided from '../../testing/Provided.svelte';
import FieldRow from './FieldRow.svelte';
import { FieldsForm } from '../../lib/fields/form.svelte';

const some = (more: Partial<Field>): Field => ({
  name: 'some',
  label: 'Some field',
  kind: 'text',
  secret: false,
  required: false,
  group: 'main',
  help: 'What it is for.',
  example: 'an example',
  choices: [],
  ...more,
});

/** Draws one field; whatever is typed is found wrong where `wrong` is given. */
function draw(field: Field, wrong?: string, saved: Record<string, Saved> = {}) {
  const check = {
    errors: wrong ? [{ field: field.name, message: wrong }] : [],
    warnings: [],
    details: {},
  };
  const host = { call: async () => check, listen: async () => () => {} } as unknown as Host;
  const form = new FieldsForm([field], { intro: '', steps: [] }, async () => check, { saved });
  const props = { form, field, onstep: () => {} };
  render(Provided, {
    props: { host, store: new Store(host), component: FieldRow as never, props },
  });
  return form;
}

const choices = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ value: `v${n}`, label: `Choice ${n}`, help: '' }));

describe('a field', () => {
  it('is tied to its label and its hint', () => {
    draw(some({}));
    const input = screen.getByLabelText('Some field');
    expect(input.getAttribute('aria-describedby')).toBe('field-some-hint');
    expect(document.getElementById('field-some-hint')?.textContent).toContain('What it is for.');
    expect(input.getAttribute('placeholder')).toBe('an example');
  });

  it('replaces its hint by what is wrong once it is left', async () => {
    const user = userEvent.setup();
    draw(some({}), 'That is not it.');
    await user.type(screen.getByLabelText('Some field'), 'x');
    expect(screen.queryByRole('alert')).toBeNull();
    await user.tab();
    expect((await screen.findByRole('alert')).textContent).toContain('That is not it.');
    expect(screen.getByLabelText('Some field').getAttribute('aria-invalid')).toBe('true');
    expect(screen.queryByText('What it is for.')).toBeNull();
  });

  it('draws up to four choices as cards and more as a menu', async () => {
    draw(some({ kind: 'choice', choices: choices(4) }));
    expect(screen.getAllByRole('radio')).toHaveLength(4);
    document.body.replaceChildren();
    draw(some({ kind: 'choice', choices: choices(5), default: 'v3' }));
    expect(screen.queryAllByRole('radio')).toEqual([]);
    expect(screen.getByText('Choice 3')).toBeTruthy();
  });

  it('takes a switch as true or false', async () => {
    const form = draw(some({ kind: 'switch', default: 'true' }));
    await userEvent.click(screen.getByRole('switch', { name: 'Some field' }));
    expect(form.written().details).toEqual({ some: false });
  });
});

describe('a secret', () => {
  it('is hidden while typed, shown on request, and hidden again when left', async () => {
    const user = userEvent.setup();
    draw(some({ secret: true }));
    const input = screen.getByLabelText('Some field');
    await user.type(input, 'planted');
    expect(input.getAttribute('type')).toBe('password');
    expect(screen.getByText('7 characters')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Show Some field' }));
    expect(input.getAttribute('type')).toBe('text');
    await user.click(document.body);
    expect(input.getAttribute('type')).toBe('password');
  });

  it('loses what copying adds when it is pasted, and says so', async () => {
    const user = userEvent.setup();
    const form = draw(some({ secret: true }));
    await user.click(screen.getByLabelText('Some field'));
    await user.paste(' planted\n');
    expect(form.written().secrets).toEqual({ some: 'planted' });
    expect(screen.getByRole('status').textContent).toContain('Spaces and line breaks');
  });

  it('that is stored can be replaced, and not shown', async () => {
    const form = draw(some({ secret: true }), undefined, { some: 'saved' });
    expect(screen.queryByRole('button', { name: /Show/ })).toBeNull();
    expect(form.written().secrets).toEqual({});
    await userEvent.click(screen.getByRole('button', { name: 'Replace Some field' }));
    expect(document.activeElement).toBe(screen.getByLabelText('Some field'));
    await userEvent.click(screen.getByRole('button', { name: 'Keep the saved one' }));
    expect(screen.getByRole('button', { name: 'Replace Some field' })).toBeTruthy();
  });
});

describe('header rows', () => {
  it('lock what carries a credential, and Enter in the last one adds another', async () => {
    const user = userEvent.setup();
    const form = draw(some({ kind: 'headers', secret: true }));
    await user.type(screen.getByLabelText('Header 1, name'), 'X-Api-Key');
    const value = screen.getByLabelText('Header 1, value');
    expect(value.getAttribute('type')).toBe('password');
    await user.type(value, 'planted{Enter}');
    expect(document.activeElement).toBe(screen.getByLabelText('Header 2, name'));
    await user.click(screen.getAllByRole('button', { name: /^Hide the value of/ })[0]!);
    expect(form.written().secrets).toEqual({
      some: [{ key: 'X-Api-Key', value: 'planted', secret: false }],
    });
    await user.click(screen.getByRole('button', { name: 'Remove X-Api-Key' }));
    expect(form.written().secrets).toEqual({ some: [] });
  });
});

describe('a PEM field', () => {
  it('takes a file, and hides a key once it is there', async () => {
    const form = draw(some({ kind: 'pem', secret: true }));
    const pem = '-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----\n';
    const picker = document.querySelector<HTMLInputElement>('input[type="file"]')!;
    // The test's document has files without their text.
    const file = Object.assign(new File([pem], 'key.pem'), { text: async () => pem });
    await userEvent.upload(picker, file);
    expect(await screen.findByText(/Private text of/)).toBeTruthy();
    expect(document.body.textContent).not.toContain('planted');
    expect(form.written().secrets).toEqual({ some: pem });
    await userEvent.click(screen.getByRole('button', { name: 'Remove Some field' }));
    expect(form.written().secrets).toEqual({});
  });
});
