import { afterAll, beforeAll, expect, it } from 'vitest';
import { recompute } from '../../server/attainment/receipts/rules.ts';
import { judgeAgain } from '../../server/attainment/receipts/tests.ts';
import type { KpiTile, Performance } from '../../src/lib/contract/performance.ts';
import type { Receipt } from '../../src/lib/contract/receipts.ts';
import { cut, type Dice, diceOf, randomEvents, shuffled } from '../random-events.ts';
import { newScoredFloor, type ScoredFloor } from '../scored-floor.ts';
import { AGENTS, bucketClosed, PEOPLE, QUEUES, TEAMS, twoSites } from '../two-sites.ts';

const SEED = Number(process.env.SEED ?? 20_260_327);
const RECEIPTS = 1_000;
// Jerusalem moved its clocks on 27 March 2026, Lisbon on the 29th
const FROM = Date.parse('2026-03-25T00:00:00Z');
const TO = Date.parse('2026-03-31T00:00:00Z');
const AROUND = 3_600_000;

let floor: ScoredFloor;
const told: number[] = [];
const judged: Record<string, true> = {};
beforeAll(async () => {
  floor = await newScoredFloor({ now: TO + AROUND });
  await twoSites(floor, (FROM + TO) / 2, [
    { kpi: 'transfer_rate', mark: 'floor' },
    { kpi: 'csat', mark: 'stretch' },
    { kpi: 'conversion', mark: 'stretch' },
    { kpi: 'aht', mark: 'stretch' },
  ]);
  const events = randomEvents(SEED, { from: FROM, to: TO, agents: AGENTS, queues: [...QUEUES, 'new'], count: 2_000 });
  for (const batch of cut(SEED, shuffled(SEED, [...events, bucketClosed(TO)]), 300)) {
    floor.time.now += 60_000;
    await floor.told(...batch);
    told.push(floor.time.now);
  }
  expect(await floor.every.rows('select reason from dead_letters where org_id = $1', [floor.orgId])).toEqual([]);
});
afterAll(() => floor.close());

const SUBJECTS = [
  ...[...PEOPLE, ...PEOPLE, 'ana', 'ben', 'cleo'].map((id) => ({ kind: 'person', path: 'people', id })),
  ...Object.keys(TEAMS).map((id) => ({ kind: 'team', path: 'teams', id })),
  ...QUEUES.map((id) => ({ kind: 'queue', path: 'queues', id })),
  ...['lisbon', 'jerusalem', 'main'].map((id) => ({ kind: 'site', path: 'sites', id })),
];

const get = async <T>(url: string): Promise<T> => {
  const { status, body } = await floor.api('GET', `/api/v1/${url}`);
  expect(status, `${url}: ${JSON.stringify(body)}`).toBe(200);
  return body;
};

/** A subject, a window and an instant, and now and then what was known before all was told. */
function question(dice: Dice): { subject: (typeof SUBJECTS)[number]; when: string } {
  const at = new Date(dice.int(FROM - AROUND, TO + AROUND)).toISOString();
  const knownAt = dice.unit() < 0.1 ? `&knownAt=${new Date(dice.pick(told)).toISOString()}` : '';
  const window = dice.pick(['hour', 'day', 'day', 'week', 'week', '60m']);
  return { subject: dice.pick(SUBJECTS), when: `window=${window}&at=${at}${knownAt}` };
}

function agree(receipt: Receipt, shown: Performance, tile: KpiTile | undefined): void {
  const value = tile ? tile.value : shown.score;
  expect(receipt.value).toBe(value);
  expect(recompute(receipt)).toBe(value);
  expect(receipt.window).toEqual(shown.window);
  for (const test of receipt.tests) {
    expect(judgeAgain(test)).toEqual({ p: test.exact?.p ?? null, speaks: test.speaks });
    const kind = test.exact ? 'exact' : test.interval ? 'interval' : 'none';
    judged[`${test.of}: ${kind}, ${test.speaks ? 'speaks' : 'silent'}`] = true;
  }
  const speaking = receipt.tests.filter((test) => test.speaks);
  if (!tile) {
    counts(receipt, shown, speaking.length > 0);
    return;
  }
  const [guard] = speaking;
  const held = guard && { guard: guard.kpi, value: expect.any(Number), bound: guard.mark };
  expect(tile.held).toEqual(held ?? null);
  expect([receipt.sample, receipt.interval]).toEqual([tile.sample, tile.interval]);
  const of = (label: string) => receipt.steps.find((step) => step.label === label)?.result ?? null;
  expect([of('Scored value'), of('Attainment in per-mille')]).toEqual([tile.scored, tile.attainment]);
}

/** A score counts when KPIs of half of the weight have enough, and no gate is missed. */
function counts(receipt: Receipt, shown: Performance, isMissed: boolean): void {
  const enough = receipt.steps.find((step) => step.label.startsWith('Weight with enough'))?.result ?? 0;
  if (receipt.definition) expect(shown.eligible).toBe(receipt.value !== null && enough >= 0.5 && !isMissed);
}

/** The events on the page carry the facts of the receipt; where all are on it, exactly. */
function addUp(receipt: Receipt): void {
  if (receipt.next !== null) return;
  const sums: Record<string, number> = Object.fromEntries(Object.keys(receipt.facts).map((name) => [name, 0]));
  for (const { facts } of receipt.events)
    for (const [name, value] of Object.entries(facts)) sums[name] = (sums[name] ?? 0) + value;
  expect(sums).toEqual(receipt.facts);
}

it(`recomputes ${RECEIPTS} receipts of a random world to what its screens show (SEED=${SEED})`, {
  timeout: 300_000,
}, async () => {
  const dice = diceOf(SEED + 1);
  const valued = new Set<string>();
  let values = 0;
  for (let n = 0; n < RECEIPTS; n++) {
    const { subject, when } = question(dice);
    const shown = await get<Performance>(`${subject.path}/${subject.id}/performance?${when}`);
    const withValue = shown.kpis.filter((kpi) => kpi.value !== null);
    const tile =
      dice.unit() < 0.25 ? undefined : dice.pick(dice.unit() < 0.8 && withValue.length > 0 ? withValue : shown.kpis);
    const measure = tile ? `kpi:${tile.id}` : 'score';
    const url = `receipts?subject=${subject.kind}:${subject.id}&measure=${measure}&${when}&limit=500`;
    const receipt = await get<Receipt>(url);
    try {
      agree(receipt, shown, tile);
      addUp(receipt);
    } catch (error) {
      throw new Error(`${url}\n${(error as Error).message}\n${JSON.stringify(receipt.steps)}`, { cause: error });
    }
    if (receipt.value === null) continue;
    values++;
    valued.add(measure);
  }
  expect(values).toBeGreaterThan(RECEIPTS / 2);
  expect(valued.size).toBeGreaterThan(20);
  expect(Object.keys(judged).sort()).toEqual([
    'gate: exact, silent',
    'gate: exact, speaks',
    'gate: interval, silent',
    'gate: interval, speaks',
    'gate: none, silent',
    'guard: exact, silent',
    'guard: exact, speaks',
    'guard: none, silent',
  ]);
});
