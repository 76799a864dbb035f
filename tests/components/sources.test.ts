import { afterEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { ImportJob, ImportTold, UploadReport } from '../../src/lib/contract/imports.ts';
import Followed from '../../src/routes/(office)/admin/sources/Followed.svelte';
import Report from '../../src/routes/(office)/admin/sources/Report.svelte';
import { refusedCsv } from '../../src/routes/(office)/admin/sources/refused.ts';
import UploadPanel from '../../src/routes/(office)/admin/sources/UploadPanel.svelte';

const report = (more: Partial<UploadReport> = {}): UploadReport => ({
  dryRun: true,
  read: 5,
  accepted: 2,
  duplicates: 1,
  rejected: 1,
  skipped: 1,
  position: null,
  refused: [{ line: 4, reason: 'at: "yesterday" is no time', row: '3;yesterday' }],
  sample: [{ line: 2, row: '1;ana', events: [{ type: 'interaction.ended', data: { agent: 'ana', talkMs: 200_000 } }] }],
  agents: { named: 2, unknown: ['bo'] },
  ...more,
});

test('a report says what would become of each row, what was understood and what was refused', async () => {
  render(Report, { report: report() });
  const told = page.getByRole('status');
  await expect.element(told.getByRole('heading', { name: 'This is what would happen' })).toBeVisible();
  await expect.element(told.getByText('in already', { exact: false })).toBeVisible();
  await expect.element(told.getByText('interaction.ended', { exact: false })).toBeVisible();
  await expect.element(told.getByRole('cell', { name: 'at: "yesterday" is no time' })).toBeVisible();
  await expect.element(told.getByText('1 of 2 agents belong to nobody yet')).toBeVisible();
  await expect.element(told.getByRole('link', { name: 'Say who they are' })).not.toBeInTheDocument();
});

test('after it was brought in, a report leads to the agents that nobody answers for', async () => {
  render(Report, { report: report({ dryRun: false, position: '7', refused: [], rejected: 0 }) });
  await expect.element(page.getByRole('link', { name: 'Say who they are' })).toHaveAttribute('href', '/admin/agents');
  await expect.element(page.getByRole('table')).not.toBeInTheDocument();
});

test('a file of refused rows holds no formula', () => {
  const rows = [{ line: 2, reason: 'no "time"', row: '=cmd|1,2' }];
  expect(refusedCsv(rows)).toBe('line,reason,row\r\n2,"no ""time""","\'=cmd|1,2"');
});

test('nothing can be sent before there is a file and a source, or brought in before it was tried', async () => {
  const { container } = await render(UploadPanel, { mappings: [], sources: ['acd'], jobs: [], onbrought: () => {} });
  const tries = page.getByRole('button', { name: 'Try it' });
  await expect.element(tries).toBeDisabled();
  const input = container.querySelector<HTMLInputElement>('input[type=file]');
  await page.elementLocator(input as HTMLElement).upload(new File(['x'], 'calls.log'));
  await expect.element(page.getByText('calls.log', { exact: false })).toBeVisible();
  await expect.element(tries).toBeDisabled();
  await page.getByLabelText('Which system is it from?').fill('pbx');
  await expect.element(tries).toBeEnabled();
  await expect.element(page.getByRole('button', { name: 'Bring it in' })).toBeDisabled();
});

afterEach(() => vi.restoreAllMocks());

const job: ImportJob = {
  ...{ id: '1', file: 'calls.csv', source: 'crm', dryRun: false, state: 'reading', by: 'Noor' },
  ...{ begunAt: '2026-03-11T12:00:00Z', toldAt: '2026-03-11T12:00:00Z', bytes: 200, bytesRead: 0 },
  ...{ read: 0, accepted: 0, duplicates: 0, rejected: 0, skipped: 0 },
};
/** What the server says, one answer after the other; the last for ever. An error is a line that broke. */
function says(...answers: (Partial<ImportTold> | Error)[]) {
  return vi.spyOn(window, 'fetch').mockImplementation(async () => {
    const next = answers.length > 1 ? answers.shift() : answers[0];
    if (next instanceof Error) throw next;
    return Response.json({ ...job, report: null, problem: null, ...next });
  });
}

test('a file that is read says how far it is, survives a broken line, and ends with its report once', async () => {
  let ended = 0;
  says({ bytesRead: 50, read: 3, accepted: 2 }, new Error('away'), {
    state: 'done',
    report: report({ dryRun: false }),
  });
  await render(Followed, { job, everyMs: 100, onended: () => ended++ });
  await expect.element(page.getByRole('progressbar')).toHaveAttribute('value', '50');
  await expect.element(page.getByText('25 % of calls.csv read.', { exact: false })).toBeVisible();
  await expect.element(page.getByText('The server does not answer just now', { exact: false })).toBeVisible();
  await expect.element(page.getByRole('heading', { name: 'This is what happened' })).toBeVisible();
  expect(ended).toBe(1);
});

test('a reading that ended early says so, and shows what came before', async () => {
  says({ state: 'interrupted', report: report({ dryRun: false }) });
  await render(Followed, { job, onended: () => {} });
  await expect.element(page.getByRole('alert')).toMatchTextContent('Send the file again');
  await expect.element(page.getByText('5 rows', { exact: false })).toBeVisible();
});

test('a file that is being read is stopped by its button', async () => {
  const fetched = says({});
  await render(Followed, { job, everyMs: 50, onended: () => {} });
  await page.getByRole('button', { name: 'Stop' }).click();
  expect(fetched).toHaveBeenCalledWith('/api/v1/imports/1', expect.objectContaining({ method: 'DELETE' }));
});

test('whoever comes back finds what is still being read', async () => {
  says({ bytesRead: 100 });
  await render(UploadPanel, { mappings: [], sources: [], jobs: [job], onbrought: () => {} });
  await expect.element(page.getByText('50 % of calls.csv read.', { exact: false })).toBeVisible();
  await expect.element(page.getByRole('region', { name: 'Files of the last hour' })).toMatchTextContent('Being read');
});
