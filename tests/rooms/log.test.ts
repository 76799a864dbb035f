import type { EventEmitter } from 'node:events';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBell } from '../../server/log/bell.ts';
import type { NewEvent } from '../../server/log/catalogue.ts';
import type { Consumer } from '../../server/log/consumer.ts';
import { ensureFlow, flowPosition, LISTEN_GROWTH } from '../../server/log/flow-store.ts';
import { partyName } from '../../server/log/party-store.ts';
import { type Flow, Runner } from '../../server/log/runner.ts';
import { eventByIdentity, eventsAfter } from '../../server/log/store.ts';
import { newWorld, type World, wholeLog } from '../world.ts';

const event = (id: string, more: Partial<NewEvent> = {}): NewEvent => ({
  source: 'acd',
  id,
  type: 'measurement.recorded',
  time: Date.parse('2026-03-11T09:00:00Z'),
  agent: { source: 'acd', name: 'ana' },
  data: { fact: 'x', value: 1 },
  ...more,
});
const seen: string[] = [];
const listener: Consumer = {
  name: 'listener',
  wants: 'all',
  tables: [],
  forget: () => {},
  apply: async (batch) => {
    if (batch.events.some((e) => e.id === 'poison')) throw new Error('cannot take poison');
    seen.push(...batch.events.map((e) => e.id));
  },
};

let world: World;
beforeEach(async () => {
  seen.length = 0;
  world = await newWorld({ consumers: [listener] });
});
afterEach(() => world.close());

describe('the log', () => {
  it('keeps each identity once and answers duplicates as duplicates', async () => {
    const first = await world.log.submit(world.orgId, [event('a'), event('b'), event('a')]);
    expect(first.accepted).toEqual([true, true, false]);
    const second = await world.log.submit(world.orgId, [event('b'), event('c')]);
    expect(second.accepted).toEqual([false, true]);
    expect(second.position).toBeGreaterThan(first.position);
    const only = await world.log.submit(world.orgId, [event('a')]);
    expect(only).toEqual({ accepted: [false], position: second.position });
    expect((await wholeLog(world.db, world.orgId)).map((e) => e.id)).toEqual(['a', 'b', 'c']);
  });

  it('gathers callers into shared statements and gives each its own answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => world.log.submit(world.orgId, [event(`n${n % 150}`), event(`m${n}`)])),
    );
    expect(answers.flatMap((a) => a.accepted).filter(Boolean)).toHaveLength(350);
  });

  it('a row that the database refuses fails its own caller only', async () => {
    const bad = world.log.submit(world.orgId, [event('bad', { id: 'nul\u0000' })]);
    const good = world.log.submit(world.orgId, [event('good')]);
    await expect(bad).rejects.toThrow();
    expect((await good).accepted).toEqual([true]);
  });

  it('holds names sealed: the events carry a number, the name opens with its own key', async () => {
    await world.log.submit(world.orgId, [
      event('a', { customer: 'C-77', agent: { source: 'acd', name: 'Ana Maria' } }),
    ]);
    const [stored] = await world.every.rows<{ row: string }>('select e::text as row from events e where org_id = $1', [
      world.orgId,
    ]);
    expect(stored?.row).not.toMatch(/Ana Maria|C-77/);
    const [party] = await world.every.rows<{ row: string }>(
      "select p::text as row from parties p where org_id = $1 and kind = 'agent'",
      [world.orgId],
    );
    expect(party?.row).not.toContain('Ana Maria');
    const logged = await eventByIdentity(world.db.of(world.orgId), world.orgId, { source: 'acd', id: 'a' });
    expect(await partyName(world.db.of(world.orgId), world.orgId, logged?.agent as number)).toEqual({
      source: 'acd',
      name: 'Ana Maria',
    });
  });

  it('is append-only', async () => {
    await world.log.submit(world.orgId, [event('a')]);
    await expect(world.every.rows('update events set type = $1', ['x'])).rejects.toThrow(/append-only/);
    await expect(world.every.rows('delete from events')).rejects.toThrow(/append-only/);
  });

  it('never shows a row behind which an older transaction may still commit', async () => {
    const { client, release } = await world.db.connect();
    await client.query('begin');
    await client.query('select pg_current_xact_id()');
    await world.log.submit(world.orgId, [event('late')]);
    expect(await eventsAfter(world.db.of(world.orgId), world.orgId, 0, { most: 10 })).toEqual([]);
    await client.query('commit');
    expect((await wholeLog(world.db, world.orgId)).map((e) => e.id)).toEqual(['late']);
    release();
  });
});

describe('the bell', () => {
  const listening = async () => {
    const rows = await world.every.rows<{ pid: number }>(
      'select pid from pg_stat_activity where datname = current_database() and query = $1',
      [LISTEN_GROWTH],
    );
    return rows.map(({ pid }) => pid);
  };

  it('listens again when its connection dies, and hears each ring of another process once', async () => {
    const [here, there] = [openBell(world.db, false), openBell(world.db, false)];
    const heard: number[] = [];
    here.hear((orgId) => heard.push(orgId));
    await expect.poll(listening).toHaveLength(1);
    const [before] = await listening();
    await world.every.rows('select pg_terminate_backend($1)', [before]);
    await expect.poll(listening, { timeout: 10_000 }).toEqual([expect.not.toSatisfy((pid) => pid === before)]);
    there.ring(7);
    await expect.poll(() => heard).toEqual([7]);
    here.close();
  });

  it('takes the news quietly that a connection it gave back is dead', async () => {
    const lines: { client: EventEmitter }[] = [];
    const connect: World['db']['connect'] = async () => {
      const line = await world.db.connect();
      lines.push(line);
      return line;
    };
    const bell = openBell({ ...world.db, connect }, false);
    bell.hear(() => {});
    await expect.poll(listening).toHaveLength(1);
    bell.close();
    expect(lines.map(({ client }) => client.emit('error', new Error('terminating connection')))).toEqual([true]);
  });
});

describe('the flow', () => {
  it('passes every event once, in order, and remembers how far it came', async () => {
    for (let n = 0; n < 700; n += 100)
      await world.log.submit(
        world.orgId,
        Array.from({ length: 100 }, (_, m) => event(`${n + m}`)),
      );
    await world.settle();
    expect(seen).toEqual(Array.from({ length: 700 }, (_, n) => `${n}`));
    await world.settle();
    expect(seen).toHaveLength(700);
  });

  it('lays an event aside that no consumer can take, with the reason, and goes on', async () => {
    await world.log.submit(world.orgId, [event('a'), event('poison'), event('b')]);
    await world.settle();
    expect(seen).toEqual(['a', 'b']);
    const letters = await world.every.rows('select consumer, reason from dead_letters where org_id = $1', [
      world.orgId,
    ]);
    expect(letters).toEqual([{ consumer: 'listener', reason: 'cannot take poison' }]);
  });

  it('refuses a stale epoch: of two workers only the holder of the lease commits', async () => {
    await ensureFlow(world.db.of(world.orgId), world.orgId);
    const flow = (holder: string): Flow => ({
      ...world,
      holder,
      log: pino({ level: 'silent' }),
      consumers: [listener],
      projections: [],
      committed: async () => {},
    });
    const zombie = new Runner(flow('zombie'), world.orgId);
    expect(await zombie.turn()).toBe(true);
    const heir = new Runner(flow('heir'), world.orgId);
    expect(await heir.turn()).toBe(false);
    await world.every.rows("update flows set lease_until = now() - interval '1 s' where org_id = $1", [world.orgId]);
    expect(await heir.turn()).toBe(true);
    await world.log.submit(world.orgId, [event('a')]);
    // what cannot be read yet, because of another test's transaction, would give the zombie nothing to commit
    await wholeLog(world.db, world.orgId);
    expect(await zombie.turn()).toBe(false);
    expect(seen).toEqual([]);
    expect(await flowPosition(world.db.of(world.orgId), world.orgId)).toBe(0);
    await heir.turn();
    expect(await flowPosition(world.db.of(world.orgId), world.orgId)).toBeGreaterThan(0);
  });
});
