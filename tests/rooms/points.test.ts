import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recomputeSteps } from '../../server/attainment/receipts/rules.ts';
import type { Tx } from '../../server/foundation/db.ts';
import { book, lockAccount, lockPeople } from '../../server/game/points/ledger.ts';
import { accountOf, type Transfer } from '../../server/game/points/rules.ts';
import { windowClosed } from '../closings.ts';
import { rebuilt } from '../rebuilt.ts';
import { call, newScoredFloor, type ScoredFloor } from '../scored-floor.ts';

const ZONE = 'Europe/Berlin';
const HOUR = { from: '2026-03-11T08:00:00Z', to: '2026-03-11T09:00:00Z' };
const DAY = { from: '2026-03-10T23:00:00Z', to: '2026-03-11T23:00:00Z' };
let floor: ScoredFloor;

beforeAll(async () => {
  floor = await newScoredFloor({ now: Date.parse('2026-03-11T09:20:00Z') });
  await floor.api('PUT', '/api/v1/targets', [{ kpi: 'aht', floor: 400_000, target: 300_000, stretch: 200_000 }]);
  await floor.api('PUT', '/api/v1/scorecards/agent', { kpis: [{ kpi: 'aht', weight: 1 }], gates: [] });
  const calls = (agent: string, talkMs: number) =>
    Array.from({ length: 12 }, (_, n) =>
      call(`${agent}-${n}`, agent, { at: `2026-03-11T08:${String(10 + n * 4).padStart(2, '0')}:00Z`, talkMs }),
    );
  // Ana is fast, Ben is slow, Cleo hangs up
  await floor.told(...calls('1001', 190_000), ...calls('1002', 360_000), ...calls('1003', 3_000));
});
afterAll(() => floor.close());

const wallet = async (person: string) => (await floor.api('GET', `/api/v1/people/${person}/points`)).body;
const ledger = async () => (await floor.api('GET', '/api/v1/ledger')).body;

describe('an hour that closes', () => {
  it('gives points to whoever counts, and none to whoever is held', async () => {
    await floor.told(windowClosed('hour', ZONE, HOUR));
    expect((await wallet('ana')).balance).toBe(10);
    expect((await wallet('ben')).balance).toBe(0);
    expect((await wallet('cleo')).balance).toBe(0);
    expect((await wallet('ana')).items[0]).toMatchObject({
      kind: 'award',
      amount: 10,
      balanceAfter: 10,
      about: { rule: 'hour-score', window: 'hour' },
    });
  });

  it('gives them once, however often it is closed', async () => {
    await floor.told(windowClosed('hour', ZONE, HOUR));
    await floor.told({ ...windowClosed('hour', ZONE, HOUR), id: 'window:hour:again' });
    expect((await wallet('ana')).balance).toBe(10);
  });

  it('gives nothing to people of another zone', async () => {
    await floor.told(windowClosed('day', 'Asia/Manila', DAY));
    expect((await wallet('ana')).balance).toBe(10);
  });

  it('has a receipt that recomputes', async () => {
    const { items } = await wallet('ana');
    const query = new URLSearchParams({ subject: 'person:ana', measure: items[0].receipt });
    const { status, body } = await floor.api('GET', `/api/v1/receipts?${query}`);
    expect(status).toBe(200);
    expect(body.sentence).toMatch(/^10 points for a score of [\d.]+ in the hour from 09:00 on 2026-03-11\.$/);
    expect(items[0]).toMatchObject({ words: body.sentence, cause: `window:hour:${ZONE}:${Date.parse(HOUR.from)}` });
    expect(recomputeSteps(body)).toEqual(body.steps.map((step: { result: number }) => step.result));
    expect(body.steps.at(-1).result).toBe(body.value);
    expect(body.events.map((event: { type: string }) => event.type)).toEqual(['window.closed', 'points.awarded']);
  });
});

describe('a day that closes', () => {
  it('adds to the hours, and the board over points shows what was earned', async () => {
    await floor.told(windowClosed('day', ZONE, DAY));
    expect((await wallet('ana')).balance).toBe(59);
    const { body } = await floor.api('GET', '/api/v1/boards/points?window=day');
    expect(body.entries.map((entry: { subject: string; value: number }) => [entry.subject, entry.value])).toEqual([
      ['person:ana', 59],
      ['person:ben', expect.any(Number)],
    ]);
    expect(body.entries[1].value).toBeLessThan(30);
  });
});

describe('history that comes in behind its time', () => {
  const OLD = { from: '2026-03-02T08:00:00Z', to: '2026-03-02T09:00:00Z' };

  it('earns only where every source may', async () => {
    await floor.told(
      ...Array.from({ length: 12 }, (_, n) =>
        call(`old-${n}`, '1001', { at: `2026-03-02T08:${String(10 + n * 4).padStart(2, '0')}:00Z`, talkMs: 190_000 }),
      ),
    );
    const before = (await wallet('ana')).balance;
    await floor.told(windowClosed('hour', ZONE, OLD));
    expect((await wallet('ana')).balance).toBe(before);
    const chosen = await floor.api('PUT', '/api/v1/sources', [{ name: 'acd', backfill: 'award' }]);
    expect(chosen.status).toBe(200);
    await floor.told({ ...windowClosed('hour', ZONE, OLD), id: 'window:hour:old:again' });
    expect((await wallet('ana')).balance).toBe(before + 10);
    const { body } = await floor.api('GET', '/api/v1/sources');
    expect(body.items[0]).toMatchObject({ name: 'acd', backfill: 'award' });
  });
});

describe('the ledger', () => {
  const spend = (id: string, amount: number): Transfer => ({
    id,
    position: 1_000_000_000 + Number(id.slice(1)),
    at: 0,
    kind: 'redemption',
    cause: id,
    person: 'ana',
    entries: [
      { account: accountOf('ana'), amount: -amount },
      { account: 'shop', amount },
    ],
  });

  it('sums to zero and its chain is whole', async () => {
    expect(await ledger()).toMatchObject({ sum: 0, chain: 'verified' });
  });

  it('lets nobody spend what is not there, however many try at once', async () => {
    const { balance } = await wallet('ana');
    const world = await newScoredFloor({ now: floor.time.now });
    const award = { ...spend('t0', 1), kind: 'award' as const };
    award.entries = [
      { account: 'issuer', amount: -50 },
      { account: accountOf('ana'), amount: 50 },
    ];
    await world.every.transaction((tx) => book(tx, world.orgId, [award]));
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        world.every.transaction(async (tx) => {
          await lockAccount(tx, world.orgId, accountOf('ana'));
          await book(tx, world.orgId, [spend(`s${n + 1}`, 20)]);
        }),
      ),
    );
    expect(tries.filter((one) => one.status === 'fulfilled').length).toBe(2);
    const { accounts, sum } = (await world.api('GET', '/api/v1/ledger')).body;
    expect(sum).toBe(0);
    expect(accounts.find((one: { account: string }) => one.account === 'person:ana').balance).toBe(10);
    await world.close();
    expect((await wallet('ana')).balance).toBe(balance);
  });

  it('can be held for a floor of twenty thousand, and nobody of them spends meanwhile', async () => {
    const people = Array.from({ length: 20_000 }, (_, n) => `p${n}`);
    const spending = (person: string) => async (tx: Tx) => {
      await tx.rows("select set_config('lock_timeout', '50ms', true)");
      await lockAccount(tx, floor.orgId, accountOf(person));
    };
    await floor.every.transaction(async (tx) => {
      await lockPeople(tx, floor.orgId, people);
      await expect(floor.every.transaction(spending('p19999'))).rejects.toThrow('lock timeout');
    });
    await floor.every.transaction(spending('p19999'));
  });

  it('is only ever added to, and tells when somebody changed it all the same', async () => {
    await expect(floor.every.rows('update entries set amount = amount + 1')).rejects.toThrow('append-only');
    await expect(floor.every.rows('delete from transfers')).rejects.toThrow('append-only');
    await floor.every.transaction(async (tx) => {
      await tx.rows("select set_config('floorlight.rebuild', 'on', true)");
      await tx.rows('update transfers set at = at + 1 where id = (select min(id) from transfers)');
    });
    expect((await ledger()).chain).toBe('broken');
    await floor.every.transaction(async (tx) => {
      await tx.rows("select set_config('floorlight.rebuild', 'on', true)");
      await tx.rows('update transfers set at = at - 1 where id = (select min(id) from transfers)');
    });
    expect((await ledger()).chain).toBe('verified');
  });

  it('is the same when it is derived again from the log', async () => {
    const { events, differences } = await rebuilt(floor);
    expect(events).toBeGreaterThan(50);
    expect(differences).toEqual([]);
  });

  it('is not for everybody to read', async () => {
    const ana = await floor.signedIn('ana', ['agent'], 'red');
    expect((await ana('GET', '/api/v1/ledger')).status).toBe(403);
    expect((await ana('GET', '/api/v1/people/ben/points')).status).toBe(403);
    expect((await ana('GET', '/api/v1/people/ana/points')).status).toBe(200);
    expect((await ana('PUT', '/api/v1/sources', [{ name: 'acd', backfill: 'silent' }])).status).toBe(403);
  });
});
