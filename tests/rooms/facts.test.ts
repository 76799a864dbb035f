import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factsHash } from '../../server/facts/store.ts';
import type { NewEvent } from '../../server/log/catalogue.ts';
import {
  at,
  closing,
  correction,
  expected,
  identified,
  iso,
  leg,
  MINUTE,
  newOrganisation,
  openStage,
  passed,
  queueSaved,
  state,
  stored,
  sumOf,
  survey,
  world,
} from '../facts-stage.ts';

beforeAll(openStage);
afterAll(() => world.close());

describe('facts by example', () => {
  it('counts a leg for its agent and its queue, in the buckets of end and offer', async () => {
    const orgId = await newOrganisation();
    await passed(orgId, [await identified(orgId, 'p1', [['acd', 'ana']]), leg('a')]);
    const bucket = Math.floor(at(5) / 900_000);
    expect(await stored(orgId)).toEqual({
      [`p1|${bucket + 1}|sales|voice|handled`]: 1,
      [`p1|${bucket + 1}|sales|voice|talk_ms`]: 60_000,
      [`p1|${bucket + 1}|sales|voice|ring_ms`]: 1000,
      [`p1|${bucket + 1}|sales|voice|acw_ms`]: 5000,
      [`|${bucket}|sales|voice|offered`]: 1,
      [`|${bucket}|sales|voice|answered`]: 1,
      [`|${bucket}|sales|voice|answer_wait_ms`]: 4000,
      [`|${bucket}|sales|voice|answered_in_sl`]: 1,
    });
  });

  it('scores what an agent did before being mapped', async () => {
    const orgId = await newOrganisation();
    await passed(orgId, [leg('a'), survey('s', 'i-a'), state('x', 0, 'available'), state('y', 30, 'offline')]);
    expect(sumOf(await stored(orgId), '', 'handled')).toBe(1);
    await passed(orgId, [await identified(orgId, 'p1', [['acd', 'ana']])]);
    const found = await stored(orgId);
    expect([
      sumOf(found, '', 'handled'),
      sumOf(found, 'p1', 'handled'),
      sumOf(found, 'p1', 'csat_n'),
      sumOf(found, 'p1', 'available_ms'),
    ]).toEqual([0, 1, 1, 30 * MINUTE]);
    expect(found).toEqual(await expected(orgId));
  });

  it('moves a survey to its interaction when that arrives later', async () => {
    const orgId = await newOrganisation();
    await passed(orgId, [await identified(orgId, 'p1', [['acd', 'ana']]), survey('s', 'i-a')]);
    expect(sumOf(await stored(orgId), '', 'csat_n')).toBe(1);
    await passed(orgId, [leg('a')]);
    const found = await stored(orgId);
    expect(found[`p1|${Math.floor(at(20) / 900_000)}|sales|voice|csat_n`]).toBe(1);
    expect(sumOf(found, '', 'csat_n')).toBe(0);
  });

  it('takes back what is retracted and leaves no empty row', async () => {
    const orgId = await newOrganisation();
    await passed(orgId, [leg('a'), leg('b')]);
    const before = await factsHash(world.db.of(orgId), orgId);
    await passed(
      orgId,
      [leg('c', {}, { endedAt: iso(200), outcome: 'abandoned' }), survey('s', null)],
      [correction('k', { source: 'acd', id: 'c' }), correction('l', { source: 'forms', id: 's' })],
    );
    expect(await factsHash(world.db.of(orgId), orgId)).toBe(before);
  });

  it.each([
    ['less after more', 3, -3],
    ['more after less', -3, 3],
  ])('leaves no row of a source’s own fact that comes to nothing: %s', async (_, first, second) => {
    const orgId = await newOrganisation();
    await passed(orgId, [measured('a', first)]);
    expect(Object.values(await stored(orgId))).toEqual([first]);
    await passed(orgId, [measured('b', second)]);
    expect(await stored(orgId)).toEqual({});
  });

  it('extends an open state to the last closed bucket and no further', async () => {
    const orgId = await newOrganisation();
    await passed(orgId, [await identified(orgId, 'p1', [['acd', 'ana']]), state('x', 2, 'pause', 'ana', 'lunch')]);
    expect(await stored(orgId)).toEqual({});
    await passed(orgId, [closing(30)], [closing(45)]);
    const found = await stored(orgId);
    expect([
      sumOf(found, 'p1', 'pause_ms'),
      sumOf(found, 'p1', 'pause_ms:lunch'),
      sumOf(found, 'p1', 'login_ms'),
    ]).toEqual([43 * MINUTE, 43 * MINUTE, 43 * MINUTE]);
  });

  it('brings what is scheduled as its buckets close, whichever comes first', async () => {
    const plan: NewEvent = {
      source: 'acd',
      id: 'plan',
      type: 'schedule.published',
      time: at(-60),
      agent: { source: 'acd', name: 'ana' },
      data: { activities: [{ from: iso(0), to: iso(120), activity: 'calls', productive: true }] },
    };
    const shift = [plan, state('in', 15, 'available'), state('out', 40, 'offline')];
    const mapped = async (orgId: number) => identified(orgId, 'p1', [['acd', 'ana']]);
    const live = await newOrganisation();
    await passed(live, [await mapped(live), ...shift]);
    const shown = async (orgId: number) => {
      const found = await stored(orgId);
      return [sumOf(found, 'p1', 'scheduled_ms') / MINUTE, sumOf(found, 'p1', 'adherent_ms') / MINUTE];
    };
    const seen = [await shown(live)];
    for (const minutes of [30, 15, 60]) {
      await passed(live, [closing(minutes)]);
      seen.push(await shown(live));
    }
    expect(seen).toEqual([
      [0, 0],
      [30, 15],
      [30, 15],
      [60, 25],
    ]);
    const late = await newOrganisation();
    await passed(late, [closing(60)], shift, [await mapped(late)]);
    expect(await stored(late)).toEqual(await stored(live));
  });

  it('sets a queue anew from the epoch the first time, from then on later', async () => {
    const orgId = await newOrganisation();
    await passed(
      orgId,
      [leg('a'), leg('b', {}, { outcome: 'abandoned', waitMs: 30_000 })],
      [queueSaved('sales', 2000)],
    );
    const found = await stored(orgId);
    expect([sumOf(found, '', 'answered_in_sl'), sumOf(found, '', 'short')]).toEqual([0, 1]);
    await passed(orgId, [
      { ...queueSaved('sales', 90_000), id: 'again' },
      leg('d', { time: at(650) }, { offeredAt: iso(650), endedAt: iso(651) }),
    ]);
    const after = await stored(orgId);
    expect([sumOf(after, '', 'answered_in_sl'), sumOf(after, '', 'abandoned_in_sl')]).toEqual([1, 0]);
    expect(after).toEqual(await expected(orgId));
  });
});

const measured = (id: string, value: number): NewEvent => ({
  source: 'acd',
  id,
  type: 'measurement.recorded',
  time: at(5),
  agent: { source: 'acd', name: 'ana' },
  data: { fact: 'stars', value },
});
