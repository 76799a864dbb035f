import { afterEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { KpiItem, TargetItem } from '../../src/lib/contract/definitions.ts';
import KpiForm from '../../src/routes/(office)/admin/kpis/KpiForm.svelte';
import CardForm from '../../src/routes/(office)/admin/scorecards/CardForm.svelte';
import TargetForm from '../../src/routes/(office)/admin/targets/TargetForm.svelte';

afterEach(() => vi.unstubAllGlobals());
const answers = (status: number, body: unknown) => {
  const asked = vi.fn(async (_path: string, _wish: RequestInit) => Response.json(body, { status }));
  vi.stubGlobal('fetch', asked);
  return asked;
};
const wishOf = (asked: ReturnType<typeof answers>) => JSON.parse(String(asked.mock.calls[0]?.[1].body));

const aht = {
  id: 'aht',
  name: 'Average handle time',
  words: 'How long a contact takes.',
  unit: 'ms',
  better: 'lower',
  kind: 'mean',
  value: 'talk_ms / handled',
  sample: 'handled',
  minSample: { day: 10, week: 30 },
  controllable: true,
  guards: [{ kpi: 'short_share', bound: 0.05 }],
  source: '',
  version: 1,
  builtIn: false,
  effectiveFrom: null,
} as KpiItem;
const csat = { ...aht, id: 'csat', name: 'Satisfaction', unit: 'share', better: 'higher' } as KpiItem;
const subjects = { team: [{ id: 'red', name: 'Red' }], site: [], queue: [], person: [] };
const target = { kpi: 'aht', floor: 380_000, target: 315_000, stretch: 265_000, version: 1, effectiveFrom: null };

test('a target is typed as minutes and seconds, and sent as milliseconds', async () => {
  const asked = answers(200, { items: [] });
  const onsaved = vi.fn();
  await render(TargetForm, { props: { kpi: aht, target: target as TargetItem, subjects, onsaved } });
  const field = page.getByLabelText('Target (min:s)');
  await expect.element(field).toHaveValue('5:15');
  await field.fill('5:00');
  await page.getByRole('button', { name: 'Save' }).click();
  await vi.waitFor(() => expect(onsaved).toHaveBeenCalled());
  expect(wishOf(asked)).toEqual([{ kpi: 'aht', floor: 380_000, target: 300_000, stretch: 265_000 }]);
});

test('a target for a team is not sent before the team is chosen and every mark is a value', async () => {
  const asked = answers(200, { items: [] });
  await render(TargetForm, { props: { kpi: aht, target: null, subjects, onsaved: () => {} } });
  await page.getByLabelText('For whom?').selectOptions('team');
  for (const [mark, text] of [
    ['Passing (min:s)', '6:20'],
    ['Target (min:s)', 'soon'],
    ['Stretch (min:s)', '4:25'],
  ] as const)
    await page.getByLabelText(mark).fill(text);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect
    .element(page.getByLabelText('Target (min:s)'))
    .toHaveAccessibleDescription('Write minutes:seconds, such as 5:15.');
  await page.getByLabelText('Target (min:s)').fill('5:15');
  await page.getByRole('button', { name: 'Save' }).click();
  expect(asked).not.toHaveBeenCalled();
  await page.getByLabelText('Which?').selectOptions('red');
  await page.getByRole('button', { name: 'Save' }).click();
  await vi.waitFor(() => expect(asked).toHaveBeenCalled());
  expect(wishOf(asked)[0]).toMatchObject({ team: 'red', target: 315_000 });
});

test('a target is ended once that was confirmed, for the same subject', async () => {
  const asked = answers(200, { items: [] });
  const onsaved = vi.fn();
  await render(TargetForm, {
    props: { kpi: aht, target: { ...target, team: 'red' } as TargetItem, subjects, onsaved },
  });
  await page.getByRole('button', { name: 'End this target' }).click();
  expect(asked).not.toHaveBeenCalled();
  await page.getByRole('dialog').getByRole('button', { name: 'End this target' }).click();
  await vi.waitFor(() => expect(onsaved).toHaveBeenCalled());
  expect(wishOf(asked)).toEqual([{ kpi: 'aht', team: 'red', ended: true }]);
});

test('a refused mark is told at its field', async () => {
  answers(400, {
    code: 'marks_out_of_order',
    title: 'Not valid',
    detail: 'The marks go from worse to better.',
    errors: [{ path: '/0/stretch', message: 'must be better than the target' }],
  });
  await render(TargetForm, { props: { kpi: aht, target: target as TargetItem, subjects, onsaved: () => {} } });
  await page.getByLabelText('Stretch (min:s)').fill('9:00');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect
    .element(page.getByLabelText('Stretch (min:s)'))
    .toHaveAccessibleDescription('must be better than the target');
  await expect.element(page.getByRole('alert')).toHaveTextContent('The marks go from worse to better.');
});

test('weights of a scorecard are shares of one bar, undone or saved', async () => {
  const asked = answers(200, { items: [] });
  const onsaved = vi.fn();
  const card = {
    role: 'agent' as const,
    kpis: [
      { kpi: 'aht', weight: 30 },
      { kpi: 'csat', weight: 10 },
    ],
    gates: [],
    version: 1,
    effectiveFrom: null,
  };
  render(CardForm, { card, kpis: [aht, csat], onsaved });
  await expect.element(page.getByText('75 %')).toBeVisible();
  await page.getByLabelText('Weight of Satisfaction').fill('30');
  await expect.element(page.getByRole('status')).toHaveTextContent('Not saved yet');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.element(page.getByText('75 %')).toBeVisible();
  await page.getByRole('button', { name: 'Take Satisfaction off the scorecard' }).click();
  await page.getByRole('button', { name: 'Save the scorecard' }).click();
  await vi.waitFor(() => expect(onsaved).toHaveBeenCalled());
  expect(wishOf(asked)).toEqual({ kpis: [{ kpi: 'aht', weight: 30 }], gates: [] });
});

test('the next version of a KPI keeps what the form does not show', async () => {
  const asked = answers(200, { items: [] });
  render(KpiForm, { kpi: aht, ids: ['aht'], onsaved: () => {} });
  await page.getByLabelText('Sample that makes it count').fill('12');
  await page.getByRole('button', { name: 'Save' }).click();
  await vi.waitFor(() => expect(asked).toHaveBeenCalled());
  expect(wishOf(asked)).toMatchObject({
    minSample: { day: 12, week: 30 },
    guards: [{ kpi: 'short_share', bound: 0.05 }],
    value: 'talk_ms / handled',
  });
});

test('a formula that is refused is told at the formula', async () => {
  answers(400, {
    code: 'formula',
    title: 'Not valid',
    detail: 'A formula cannot be read.',
    errors: [{ path: '/value', message: 'there is no fact "talks"' }],
  });
  render(KpiForm, { kpi: aht, ids: ['aht'], onsaved: () => {} });
  await page.getByLabelText('Formula').fill('talks / handled');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.element(page.getByLabelText('Formula')).toHaveAccessibleDescription('there is no fact "talks"');
});
