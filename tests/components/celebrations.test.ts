import { beforeEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { Earned } from '../../src/lib/contract/wall.ts';
import Celebration from '../../src/routes/wallboard/Celebration.svelte';
import { Celebrations, SHOW_MS } from '../../src/routes/wallboard/celebrations.svelte.ts';

const earned = (id: string, at: number): Earned => ({
  id,
  at: new Date(at).toISOString(),
  person: `Ana ${id}`,
  team: 'Red',
  badge: 'full-house',
  tier: 'gold',
  name: 'Full house',
  words: '50 contacts in a day',
});
const party = (id: string, at: number) => ({ ...earned(id, at), people: [`Ana ${id}`] });
beforeEach(() => localStorage.clear());

test('one after the other, the oldest first, and then the screen is given back', () => {
  vi.useFakeTimers();
  const party = new Celebrations();
  party.hear([earned('b', 2000), earned('a', 1000)]);
  expect(party.current?.id).toBe('a');
  vi.advanceTimersByTime(SHOW_MS);
  expect(party.current?.id).toBe('b');
  vi.advanceTimersByTime(SHOW_MS);
  expect(party.current).toBeNull();
  vi.useRealTimers();
});

test('many of the same badge share one scene, and others come after it', () => {
  vi.useFakeTimers();
  const show = new Celebrations();
  const other = { ...earned('z', 9000), badge: 'on-the-dot' };
  show.hear([
    other,
    earned('a', 1000),
    earned('b', 2000),
    earned('c', 3000),
    { ...earned('d', 4000), person: 'Ana c' },
  ]);
  expect(show.current?.people).toEqual(['Ana a', 'Ana b', 'Ana c']);
  vi.advanceTimersByTime(SHOW_MS);
  expect(show.current).toMatchObject({ id: 'z', people: ['Ana z'] });
  vi.advanceTimersByTime(SHOW_MS);
  expect(show.current).toBeNull();
  vi.useRealTimers();
});

test('who earned another tier of the same badge is not among them', () => {
  vi.useFakeTimers();
  const show = new Celebrations();
  const silver = { ...earned('s', 500), tier: 'silver' as const };
  show.hear([silver, earned('a', 1000), earned('b', 2000), earned('c', 3000)]);
  expect(show.current).toMatchObject({ people: ['Ana s'], tier: 'silver' });
  vi.advanceTimersByTime(SHOW_MS);
  expect(show.current).toMatchObject({ people: ['Ana a', 'Ana b', 'Ana c'], tier: 'gold' });
  vi.useRealTimers();
});

test('a scene of many says how many and who', async () => {
  await render(Celebration, { earned: { ...earned('a', 1000), people: ['Ana', 'Ben', 'Cleo'] } });
  const show = page.getByRole('status', { name: '3 people earned Full house' });
  await expect.element(show).toBeInTheDocument();
  expect(show.element().textContent).toContain('Ana · Ben · Cleo');
  expect(show.element().textContent).toContain('Full house · Gold');
});

test('exactly once, however often it is told, also after a reload', () => {
  vi.useFakeTimers();
  const party = new Celebrations();
  party.hear([earned('a', 1000)]);
  party.hear([earned('a', 1000)]);
  vi.advanceTimersByTime(SHOW_MS);
  party.hear([earned('a', 1000)]);
  expect(party.current).toBeNull();
  const afterReload = new Celebrations();
  afterReload.hear([earned('a', 1000)]);
  expect(afterReload.current).toBeNull();
  vi.useRealTimers();
});

test('what is remembered by something else does no harm', () => {
  localStorage.setItem('floorlight.celebrated', '{"broken"');
  const party = new Celebrations();
  party.hear([earned('a', 1000)]);
  expect(party.current?.id).toBe('a');
  party.stop();
});

test('says who earned what, with the words of the tier', async () => {
  await render(Celebration, { earned: party('a', 1000) });
  const show = page.getByRole('status', { name: 'Ana a earned Full house' });
  await expect.element(show).toBeInTheDocument();
  const told = () => show.element().textContent.replace(/\s+/g, ' ');
  expect(told()).toContain('Full house · Gold');
  expect(told()).toContain('50 contacts in a day · Red');
});
