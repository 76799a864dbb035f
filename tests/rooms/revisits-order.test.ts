import fc from 'fast-check';
import { expect, it } from 'vitest';
import { redeemReward, saveRewards } from '../../server/game/rewards/commands.ts';
import type { NewEvent } from '../../server/log/catalogue.ts';
import { windowClosed } from '../closings.ts';
import { cut, type Dice, diceOf } from '../random-events.ts';
import { rebuilt } from '../rebuilt.ts';
import { call, newScoredFloor, type ScoredFloor } from '../scored-floor.ts';
import { wholeLog } from '../world.ts';

const RUNS = Number(process.env.REVISIT_RUNS ?? 5);
const ZONE = 'Europe/Berlin';
const HOUR_MS = 3_600_000;
const FIRST = Date.parse('2026-03-10T16:00:00Z');
const HOURS = 7;
// nothing is told more than a day late here: that has its own rules and its own tests
const NOW = Date.parse('2026-03-11T08:00:00Z');
const AGENTS = { ana: '1001', ben: '1002' } as const;
const DAY = windowClosed('day', ZONE, { from: '2026-03-09T23:00:00Z', to: '2026-03-10T23:00:00Z' });

const hourClosed = (n: number): NewEvent => {
  const from = FIRST + n * HOUR_MS;
  return windowClosed('hour', ZONE, {
    from: new Date(from).toISOString(),
    to: new Date(from + HOUR_MS).toISOString(),
  });
};

const talk = (dice: Dice) => dice.pick([190_000, 240_000, 270_000, 290_000, 320_000, 420_000]);

function callsOf(dice: Dice, hour: number): NewEvent[] {
  return Object.values(AGENTS).flatMap((agent) =>
    Array.from({ length: dice.int(10, 13) }, (_, n) => {
      const at = new Date(FIRST + hour * HOUR_MS + (3 + n * 4) * 60_000).toISOString();
      return call(`${agent}-${hour}-${n}`, agent, { at, talkMs: talk(dice) });
    }),
  );
}

function correctionOf(dice: Dice, target: NewEvent, n: number): NewEvent {
  const about = { source: 'acd', id: `k${n}`, type: 'correction', time: FIRST + n } as const;
  const of = { source: target.source, id: target.id };
  if (dice.unit() < 0.3) return { ...about, data: { of, action: 'retract' } };
  const agent = {
    source: 'acd',
    name: dice.unit() < 0.2 ? dice.pick(Object.values(AGENTS)) : (target.agent?.name ?? ''),
  };
  const replacement = {
    agent,
    customer: null,
    interaction: target.interaction ?? null,
    data: { ...target.data, talkMs: talk(dice) },
  };
  return { ...about, data: { of, action: 'replace' }, replacement };
}

/** What is told, hour by hour: calls, corrections of any hour before, late calls, and each close; the last hour is quiet. */
function tale(seed: number): { told: NewEvent[]; closings: NewEvent[] } {
  const dice = diceOf(seed);
  const told: NewEvent[] = [];
  const calls: NewEvent[] = [];
  let n = 0;
  for (let hour = 0; hour < HOURS; hour++) {
    const own = hour < HOURS - 1 ? callsOf(dice, hour) : [];
    const late = own.filter(() => dice.unit() < 0.1);
    told.push(...own.filter((one) => !late.includes(one)));
    calls.push(...own);
    told.push(hourClosed(hour), ...(hour === HOURS - 2 ? [DAY] : []), ...late);
    const some = dice.unit() < 0.8 ? dice.int(1, 8) : 0;
    for (let i = 0; i < some; i++) told.push(correctionOf(dice, dice.pick(calls), n++));
  }
  const closings = told.filter(({ type }) => type === 'window.closed');
  return { told: [...told, hourClosed(HOURS)], closings };
}

async function open(): Promise<ScoredFloor> {
  const floor = await newScoredFloor({ now: NOW });
  await floor.api('PUT', '/api/v1/targets', [{ kpi: 'aht', floor: 400_000, target: 300_000, stretch: 200_000 }]);
  await floor.api('PUT', '/api/v1/scorecards/agent', { kpis: [{ kpi: 'aht', weight: 1 }], gates: [] });
  await saveRewards(floor, floor.orgId, [{ ...REWARD, price: 7 }]);
  await floor.settle();
  return floor;
}
const REWARD = { id: 'coffee', name: 'A coffee', words: 'Hot.', icon: 'coffee', stock: null, visible: true } as const;

const said = async (floor: ScoredFloor, type: string) =>
  (await wholeLog(floor.db, floor.orgId)).filter((event) => event.type === type);
const decided = async (floor: ScoredFloor) =>
  (await said(floor, 'points.corrected'))
    .map(({ id, data }) => JSON.stringify([id, data.before, data.amount, data.cause, data.causesTotal]))
    .sort();

it('decides the same, however the log was cut', { timeout: RUNS * 60_000 }, async () => {
  let posted = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 60 }), async (seed, most) => {
      const floors = await Promise.all([open(), open()]);
      const [whole, pieces] = floors as [ScoredFloor, ScoredFloor];
      const { told } = tale(seed);
      await whole.told(...told);
      for (const part of cut(seed, told, most)) await pieces.told(...part);
      expect(await decided(pieces)).toEqual(await decided(whole));
      for (const floor of floors) {
        await floor.settle();
        expect(await floor.every.rows('select reason from dead_letters')).toEqual([]);
        expect((await rebuilt(floor)).differences).toEqual([]);
      }
      posted += (await decided(whole)).length;
      await Promise.all(floors.map((floor) => floor.close()));
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(posted).toBeGreaterThan(RUNS);
});

/** What awards come to where everything is known before anything is closed. */
async function awardsOfTruth(seed: number): Promise<Map<string, number>> {
  const floor = await open();
  const { told, closings } = tale(seed);
  await floor.told(...told.filter(({ type }) => type !== 'window.closed'));
  await floor.told(...closings);
  await floor.settle();
  const sums = new Map<string, number>();
  for (const { data } of await said(floor, 'points.awarded'))
    sums.set(String(data.person), (sums.get(String(data.person)) ?? 0) + Number(data.amount));
  await floor.close();
  return sums;
}

/** Entries of somebody's transfers of some kinds on an account, added up. */
async function entries(floor: ScoredFloor, person: string, of: { account: string; kinds: string[] }): Promise<number> {
  const [row] = await floor.every.rows<{ sum: number }>(
    `select coalesce(sum(e.amount), 0)::int as sum from transfers t join entries e on e.org_id = t.org_id and e.transfer = t.id
     where t.person = $1 and e.account = $2 and t.kind = any($3::text[])`,
    [person, of.account, of.kinds],
  );
  return row?.sum ?? 0;
}

const ALL = ['award', 'badge', 'redemption', 'correction', 'withdrawal'];

it('a balance is what was truly earned less what was spent, and what the house bears', {
  timeout: RUNS * 60_000,
}, async () => {
  let borne = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const floor = await open();
      const truth = await awardsOfTruth(seed);
      const dice = diceOf(seed + 1);
      const spent = new Map<string, number>();
      for (const part of cut(seed, tale(seed).told, 30)) {
        await floor.told(...part);
        for (const person of ['ana', 'ben', 'ana', 'ben']) {
          if (dice.unit() < 0.3) continue;
          const taken = await redeemReward(floor, floor.orgId, { person, reward: 'coffee' }).then(
            () => 7,
            (refusal: { code?: string }) => (refusal.code === 'balance_short' ? 0 : Number.NaN),
          );
          spent.set(person, (spent.get(person) ?? 0) + taken);
        }
      }
      await floor.settle();
      for (const person of ['ana', 'ben']) {
        const { balance } = (await floor.api('GET', `/api/v1/people/${person}/points`)).body;
        const badges = -(await entries(floor, person, { account: 'issuer', kinds: ['badge', 'withdrawal'] }));
        const writtenOff = -(await entries(floor, person, { account: 'correction', kinds: ALL }));
        const awards = -(await entries(floor, person, { account: 'issuer', kinds: ['award', 'correction'] }));
        expect(awards, `awards of ${person}`).toBe(truth.get(person) ?? 0);
        expect(balance - writtenOff).toBe(awards + badges - (spent.get(person) ?? 0));
        expect(Math.min(balance, writtenOff)).toBeGreaterThanOrEqual(0);
        borne += writtenOff;
      }
      expect((await floor.api('GET', '/api/v1/ledger')).body).toMatchObject({ sum: 0, chain: 'verified' });
      expect((await rebuilt(floor)).differences).toEqual([]);
      await floor.close();
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(borne).toBeGreaterThan(0);
});
