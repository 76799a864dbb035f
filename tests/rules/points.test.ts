import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AWARD_RULES, type AwardRule, amountOf } from '#server/game/points/awards.ts';
import { accountOf, fold, isBalanced, type LedgerEvent, MOVING, transferOf } from '#server/game/points/rules.ts';

const event = (type: string, data: Record<string, unknown>, id = 'e1'): LedgerEvent => ({
  id,
  type,
  time: 1_000,
  position: 7,
  data,
});
const events = fc.array(
  fc
    .record({
      type: fc.constantFrom(...MOVING),
      n: fc.integer({ min: 1, max: 40 }),
      person: fc.constantFrom('ana', 'ben', 'cleo'),
      amount: fc.integer({ min: -3, max: 500 }),
      outcome: fc.constantFrom('fulfilled', 'cancelled'),
    })
    .map(({ type, n, person, amount, outcome }) =>
      event(type, { person, amount, points: amount, price: amount, outcome, cause: 'w' }, `${type}:${n}`),
    ),
  { maxLength: 60 },
);

describe('what an event does to the ledger', () => {
  it('sums to zero, always', () => {
    fc.assert(
      fc.property(events, (some) => {
        const transfers = some.flatMap((one) => transferOf(one) ?? []);
        for (const { entries } of transfers) expect(isBalanced(entries)).toBe(true);
        expect([...fold(transfers).values()].reduce((sum, balance) => sum + balance, 0)).toBe(0);
      }),
    );
  });

  it('counts once, however often it is told', () => {
    fc.assert(
      fc.property(events, (some) => {
        const transfers = [...new Map(some.map((one) => [one.id, one])).values()].flatMap(
          (one) => transferOf(one) ?? [],
        );
        expect(fold([...transfers, ...transfers])).toEqual(fold(transfers));
      }),
    );
  });

  it('gives an award from the issuer, and takes a redemption to the shop', () => {
    expect(transferOf(event('points.awarded', { person: 'ana', amount: 5, cause: 'w1' }))).toMatchObject({
      kind: 'award',
      cause: 'w1',
      entries: [
        { account: 'issuer', amount: -5 },
        { account: 'person:ana', amount: 5 },
      ],
    });
    expect(transferOf(event('reward.redeemed', { person: 'ana', price: 30 }))?.entries).toEqual([
      { account: 'person:ana', amount: -30 },
      { account: 'shop', amount: 30 },
    ]);
  });

  it('moves nothing for what is worth nothing', () => {
    expect(transferOf(event('badge.earned', { person: 'ana', points: 0 }))).toBeNull();
    expect(transferOf(event('redemption.settled', { person: 'ana', price: 9, outcome: 'fulfilled' }))).toBeNull();
    expect(transferOf(event('points.awarded', { person: 'ana', amount: 1.5, cause: 'w' }))).toBeNull();
    expect(accountOf('ana')).toBe('person:ana');
  });
});

describe('what a closed window is worth', () => {
  const hour = AWARD_RULES.find((rule) => rule.window === 'hour') as AwardRule;
  const scored = (score: number | null, more: { eligible?: boolean; held?: boolean } = {}) => ({
    scored: {
      score,
      eligible: more.eligible ?? true,
      gates: [],
      kpis: [
        {
          id: 'aht',
          value: 1,
          sample: 9,
          provisional: false,
          scored: 1,
          attainment: 1000,
          status: 'met' as const,
          held: more.held ? { guard: 'short_share', value: 0.2, bound: 0.05 } : null,
        },
      ],
    },
  });

  it('is a point for each full point above the threshold, up to the most', () => {
    expect([null, 40, 90, 90.9, 91, 97.3, 100, 120].map((score) => amountOf(hour, scored(score)))).toEqual([
      0, 0, 0, 0, 1, 7, 10, 10,
    ]);
  });

  it('is nothing where the window does not count, or a speed KPI is held', () => {
    expect(amountOf(hour, scored(110, { eligible: false }))).toBe(0);
    expect(amountOf(hour, scored(110, { held: true }))).toBe(0);
  });

  it('never falls with a better score', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1200 }), fc.integer({ min: 0, max: 1200 }), (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        for (const rule of AWARD_RULES)
          expect(amountOf(rule, scored(high / 10))).toBeGreaterThanOrEqual(amountOf(rule, scored(low / 10)));
      }),
    );
  });
});
