import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoggedEvent, NewEvent } from '../../server/log/catalogue.ts';
import type { Consumer } from '../../server/log/consumer.ts';
import { keepFresh } from '../../server/log/fresh.ts';
import { newWorld, type World, wholeLog } from '../world.ts';

const TIME = Date.parse('2026-03-11T09:00:00.123Z');
const event = (id: string, more: Partial<NewEvent> = {}): NewEvent => ({
  source: 'acd',
  id,
  type: 'measurement.recorded',
  time: TIME,
  agent: { source: 'acd', name: 'ana' },
  data: { fact: 'x', value: 1 },
  ...more,
});
const VARIED: NewEvent[] = [
  event('plain'),
  event('nobody', { agent: null, time: TIME + 1 }),
  event('nested', {
    interaction: 'c1',
    customer: 'mr. q',
    data: { value: -0, deep: [1, { a: null }], text: 'ü "\\{}' },
  }),
  event('private', { personal: { note: 'call me' } }),
  event('gap', { data: { fact: 'x', value: 1, comment: undefined } }),
  event('again', {
    type: 'correction',
    data: { of: { source: 'acd', id: 'plain' }, action: 'replace' },
    replacement: { agent: { source: 'acd', name: 'bo' }, customer: null, interaction: 'c2', data: { value: 2 } },
  }),
];

const heard: LoggedEvent[] = [];
const listener: Consumer = {
  name: 'listener',
  wants: 'all',
  tables: [],
  forget: () => {},
  apply: async (batch) => void heard.push(...batch.events),
};

let world: World;
beforeEach(async () => {
  heard.length = 0;
  world = await newWorld({ consumers: [listener] });
});
afterEach(() => world.close());

describe('what this process wrote itself', () => {
  it('is handed on exactly as the log would give it', async () => {
    await world.log.submit(world.orgId, VARIED);
    expect(world.log.fresh?.reaches(world.orgId, 0)).toBe(true);
    await world.settle();
    expect(heard).toEqual(await wholeLog(world.db, world.orgId));
    expect(JSON.stringify(heard)).toBe(JSON.stringify(await wholeLog(world.db, world.orgId)));
    expect(world.log.fresh?.reaches(world.orgId, heard.at(-1)?.position ?? 0)).toBe(false);
  });

  it('leaves out what was there already', async () => {
    await world.log.submit(world.orgId, [event('a'), event('b')]);
    await world.log.submit(world.orgId, [event('b'), event('c'), event('a'), event('d')]);
    await world.settle();
    expect(heard.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    expect(heard).toEqual(await wholeLog(world.db, world.orgId));
  });

  it('keeps its place among what commands append, which is read', async () => {
    for (let round = 0; round < 30; round++) {
      await world.log.submit(world.orgId, [event(`door ${round}`), event(`door ${round} b`)]);
      if (round % 3 === 0)
        await world.log.command(world.orgId, (_tx, append) => append([event(`house ${round}`), event(`too ${round}`)]));
      if (round % 7 === 0) await world.settle();
    }
    await world.settle();
    expect(heard).toEqual(await wholeLog(world.db, world.orgId));
    expect(heard).toHaveLength(80);
  });

  it('waits for a transaction that began before it and still runs', async () => {
    let finish = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let began = () => {};
    const started = new Promise<void>((resolve) => {
      began = resolve;
    });
    const slow = world.log.command(world.orgId, async (_tx, append) => {
      await append([event('first')]);
      began();
      await held;
    });
    await started;
    await world.log.submit(world.orgId, [event('second')]);
    const settled = world.settle();
    finish();
    await Promise.all([slow, settled]);
    await world.settle();
    expect(heard.map(({ id }) => id)).toEqual(['first', 'second']);
  });
});

describe('the room for it', () => {
  const at = (position: number) => ({ position }) as LoggedEvent;
  const group = (transaction: number, size: number) =>
    Array.from({ length: size }, (_, n) => at(transaction * 65_536 + n + 1));

  it('is bounded: what finds no room is read from the log', () => {
    const fresh = keepFresh(10);
    fresh.keep(1, group(5, 8));
    fresh.keep(1, group(6, 3));
    expect(fresh.after(1, 0, { transactions: [5, 6], wanted: 100 })).toHaveLength(8);
    expect(fresh.after(1, 0, { transactions: [6], wanted: 100 })).toEqual([]);
    expect(fresh.reaches(1, 5 * 65_536 + 8)).toBe(false);
    fresh.keep(1, group(7, 10));
    expect(fresh.reaches(1, 5 * 65_536 + 8)).toBe(true);
  });

  it('gives from the middle of a transaction on, and whole ones until there is enough', () => {
    const fresh = keepFresh();
    for (const transaction of [5, 6, 7]) fresh.keep(1, group(transaction, 4));
    const found = fresh.after(1, 5 * 65_536 + 3, { transactions: [5, 6, 7], wanted: 4 });
    expect(found.map(({ position }) => position)).toEqual([group(5, 4)[3], ...group(6, 4)].map((e) => e?.position));
    expect(fresh.after(1, 0, { transactions: [4, 5], wanted: 4 })).toEqual([]);
    expect(fresh.after(2, 0, { transactions: [5], wanted: 4 })).toEqual([]);
  });
});
