import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cdp, page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { BadgeItem } from '../../src/lib/contract/badges.ts';
import BadgeCase from '../../src/lib/game/BadgeCase.svelte';
import BadgeArt from '../../src/lib/game/badges/BadgeArt.svelte';
import Celebration from '../../src/lib/game/Celebration.svelte';

const house: BadgeItem = {
  badge: 'full-house',
  name: 'Full house',
  words: 'Many contacts handled in a day.',
  art: 'full-house',
  period: 'day',
  tier: 'bronze',
  counts: { bronze: 1, silver: 0, gold: 0 },
  earned: [],
  next: {
    tier: 'silver',
    value: 28,
    goal: 35,
    unit: 'count',
    words: '35 contacts in a day.',
    progress: 800,
    standing: 'counts',
  },
};
const earned = (at: string, more = {}) => ({
  tier: 'bronze' as const,
  period: 'day:2026-11-24',
  at,
  points: 10,
  celebrate: true,
  receipt: 'badge:full-house:bronze:day:2026-11-24',
  ...more,
});
const soon = (ms: number) => new Date(Date.now() + ms).toISOString();

const said = () => page.getByRole('status').element().textContent.replace(/\s+/g, ' ');

beforeEach(() => localStorage.clear());
afterEach(async () => {
  await cdp().send('Emulation.setEmulatedMedia', { features: [] });
});

test('the case says what was earned, what comes next and how far it is, and asks for the receipt', async () => {
  const onwhy = vi.fn();
  await render(BadgeCase, { items: [{ ...house, earned: [earned(soon(0))] }], onwhy });
  await expect.element(page.getByRole('img', { name: 'Bronze, highest so far' })).toBeInTheDocument();
  const bar = page.getByRole('progressbar', { name: 'Progress to Silver of Full house: 28 of 35' });
  await expect.element(bar).toHaveAttribute('aria-valuenow', '800');
  await page.getByRole('button', { name: 'Bronze · Nov 24: why Full house?' }).click();
  expect(onwhy).toHaveBeenCalledWith('badge:full-house:bronze:day:2026-11-24', 'day');
});

test('what may not count yet is hatched, and a full ladder says so', async () => {
  const next = { ...(house.next as NonNullable<BadgeItem['next']>), standing: 'provisional' as const };
  await render(BadgeCase, {
    items: [
      { ...house, tier: null, next },
      { ...house, badge: 'craft', next: null },
    ],
  });
  await expect.element(page.getByRole('progressbar')).toHaveClass(/open/);
  await expect.element(page.getByText('Every tier of this window is yours.')).toBeInTheDocument();
  await expect.element(page.getByRole('img', { name: 'Not earned yet' })).toBeInTheDocument();
});

test('tiers differ by shape and number, not only by colour', async () => {
  const shapes = [];
  for (const tier of ['bronze', 'silver', 'gold'] as const) {
    const { container, unmount } = await render(BadgeArt, { art: 'craft', tier });
    shapes.push([
      container.querySelectorAll('.ray').length,
      container.querySelectorAll('.pip').length,
      container.querySelector('.face')?.getAttribute('d'),
    ]);
    await unmount();
  }
  expect(shapes.map(([rays, pips]) => [rays, pips])).toEqual([
    [0, 1],
    [6, 2],
    [12, 3],
  ]);
  expect(new Set(shapes.map(([, , face]) => face)).size).toBe(3);
});

test('a badge earned now is celebrated once, can be closed, and not again by the same browser', async () => {
  const shown = await render(Celebration, { person: 'ana', items: [house], restMs: 60_000 });
  await expect.element(page.getByRole('status')).toBeEmptyDOMElement();
  const items = [{ ...house, earned: [earned(soon(0))] }];
  await shown.rerender({ items });
  await expect.poll(said).toContain('You earned Bronze of Full house');
  await page.getByRole('button', { name: 'Close' }).click();
  await expect.element(page.getByRole('status')).toBeEmptyDOMElement();
  await shown.unmount();
  await render(Celebration, { person: 'ana', items });
  await expect.element(page.getByRole('status')).toBeEmptyDOMElement();
});

test('what was there at the first visit, and what a history brought in, is no news', async () => {
  const shown = await render(Celebration, { person: 'ana', items: [{ ...house, earned: [earned(soon(-1000))] }] });
  await shown.rerender({ items: [{ ...house, earned: [earned(soon(0), { celebrate: false })] }] });
  await expect.element(page.getByRole('status')).toBeEmptyDOMElement();
});

test('with reduced motion nothing moves and the words are the same', async () => {
  await cdp().send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-reduced-motion', value: 'reduce' }] });
  const shown = await render(Celebration, { person: 'ana', items: [house], restMs: 60_000 });
  await shown.rerender({ items: [{ ...house, earned: [earned(soon(0))] }] });
  await expect.poll(said).toContain('You earned Bronze of Full house');
  expect(document.getAnimations()).toEqual([]);
});
