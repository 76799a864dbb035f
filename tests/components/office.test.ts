import { afterEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import Confirm from '../../src/lib/ui/Confirm.svelte';
import KeyForm from '../../src/routes/(office)/admin/keys/KeyForm.svelte';
import Line from '../../src/routes/(office)/admin/organisation/Line.svelte';

afterEach(() => vi.unstubAllGlobals());
const answers = (status: number, body: unknown) => {
  const asked = vi.fn(async (_path: string, _wish: RequestInit) => Response.json(body, { status }));
  vi.stubGlobal('fetch', asked);
  return asked;
};
const ask = (act: () => Promise<string | null>) =>
  render(Confirm, {
    open: true,
    title: 'Revoke PBX?',
    words: 'It is refused at once.',
    yes: 'Revoke',
    no: 'Keep',
    act,
  });

test('a question says its consequences, and the quiet answer changes nothing', async () => {
  const act = vi.fn(async () => null);
  ask(act);
  const dialog = page.getByRole('dialog', { name: 'Revoke PBX?' });
  await expect.element(dialog).toHaveAccessibleDescription('It is refused at once.');
  await dialog.getByRole('button', { name: 'Keep' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  expect(act).not.toHaveBeenCalled();
});

test('a question stays open where the answer was refused, and says why', async () => {
  ask(async () => 'The last administrator cannot be disabled.');
  await page.getByRole('button', { name: 'Revoke' }).click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('The last administrator cannot be disabled.');
});

test('a key is shown once, until it is kept', async () => {
  const asked = answers(201, { id: '1', key: 'fl_1_secret' });
  render(KeyForm, { onmade: () => {} });
  await page.getByLabelText('What is it for?').fill('PBX');
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect.element(page.getByText('fl_1_secret')).toBeVisible();
  expect(JSON.parse(String(asked.mock.calls[0]?.[1].body))).toEqual({ name: 'PBX', scopes: ['events:write'] });
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await expect.element(page.getByText('fl_1_secret')).not.toBeInTheDocument();
});

test('a key that may do nothing is not asked for', async () => {
  const asked = answers(201, {});
  render(KeyForm, { onmade: () => {} });
  await page.getByLabelText('What is it for?').fill('PBX');
  await page.getByLabelText('Send events and files').click();
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('Choose at least one thing that it may do.');
  expect(asked).not.toHaveBeenCalled();
});

test('a line says that it is not saved, and which field was refused', async () => {
  answers(400, {
    code: 'time_zone_unknown',
    title: 'Not valid',
    detail: '',
    errors: [{ path: '/0/timeZone', message: 'Mars/Base is no IANA time zone' }],
  });
  const parts = [{ key: 'timeZone', label: 'Time zone', value: 'Europe/Lisbon' }];
  render(Line, { path: 'sites', parts, name: 'Lisbon', wish: (values) => [values], onsaved: () => {} });
  const field = page.getByLabelText('Time zone');
  await field.fill('Mars/Base');
  await expect.element(page.getByRole('status')).toHaveTextContent('Not saved yet');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.element(field).toHaveAccessibleDescription('Mars/Base is no IANA time zone');
});
