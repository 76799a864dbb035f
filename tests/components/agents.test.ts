import { afterEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import AgentLine from '../../src/routes/(office)/admin/agents/AgentLine.svelte';

const agent = {
  source: 'pbx',
  agent: 'SIP/7',
  events: 1_366,
  firstAt: '2026-01-01T08:00:00Z',
  lastAt: '2026-01-26T17:00:00Z',
};
const people = [
  { id: 'ana', name: 'Ana Duarte' },
  { id: 'bo', name: 'Bo Lindqvist' },
];
const sent: unknown[] = [];
const answering = (status: number, body: object) =>
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    sent.push([init.method, url, JSON.parse(String(init.body))]);
    return new Response(JSON.stringify(body), { status });
  });
const says = () => page.getByRole('button', { name: 'This is who it is: SIP/7' });

afterEach(() => {
  vi.unstubAllGlobals();
  sent.length = 0;
});

test('nobody is guessed: an agent is somebody only when somebody was chosen', async () => {
  render(AgentLine, { agent, people, onmapped: () => {} });
  await expect.element(page.getByLabelText('Who is it?')).toHaveValue('');
  await expect.element(says()).toBeDisabled();
});

test('who it is adds to what else they are called, from the first day to the end of the last', async () => {
  answering(200, { items: [], position: '1' });
  const onmapped = vi.fn();
  render(AgentLine, { agent, people, onmapped });
  await page.getByLabelText('Who is it?').selectOptions('Ana Duarte');
  await page.getByLabelText('From').fill('2026-01-02');
  await page.getByLabelText('Last day').fill('2026-01-31');
  await says().click();
  await vi.waitFor(() => expect(onmapped).toHaveBeenCalledWith('Ana Duarte'));
  const told = { source: 'pbx', agent: 'SIP/7', from: '2026-01-02T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' };
  expect(sent).toEqual([['POST', '/api/v1/people/ana/identities', told]]);
});

test('a refusal is told at the agent, and nothing is lost', async () => {
  const errors = [{ path: '/agent', message: 'is already mapped in this time' }];
  answering(409, { code: 'conflict', title: 'Conflict', detail: '', status: 409, errors });
  const onmapped = vi.fn();
  render(AgentLine, { agent, people, onmapped });
  await page.getByLabelText('Who is it?').selectOptions('Bo Lindqvist');
  await says().click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('is already mapped in this time');
  await expect.element(page.getByLabelText('Who is it?')).toHaveValue('bo');
  expect(onmapped).not.toHaveBeenCalled();
});
