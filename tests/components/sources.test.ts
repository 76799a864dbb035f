import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { UploadReport } from '../../src/lib/contract/imports.ts';
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
  const { container } = await render(UploadPanel, { mappings: [], sources: ['acd'], onbrought: () => {} });
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
