import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGreater } from '#server/facts/corrections.ts';
import { BUCKET_MS } from '#server/facts/windows.ts';
import { ALWAYS, FOREVER } from '../../server/facts/context/ownership.ts';
import {
  type Cause,
  LONGEST_STATE_MS,
  type State,
  spellsOf,
  spread,
  timeFacts,
  without,
} from '../../server/facts/time/spans.ts';
import { type AgentTime, type Plan, timelineOf } from '../../server/facts/time/timelines.ts';

const MINUTE = 60_000;
const STATES: State[] = ['on_contact', 'wrap', 'available', 'pause', 'offline'];
const ALL = [{ from: ALWAYS, to: FOREVER }];
const BUCKETS = { from: 0, to: 12 };

const stateAt = (minutes: number, state: State, id = `s${minutes}`, reason: string | null = null) => ({
  time: minutes * MINUTE,
  source: 'acd',
  id,
  state,
  reason,
});
const plan = (from: number, to: number, more: Partial<Plan> = {}): Plan => ({
  agent: 1,
  time: 0,
  source: 'wfm',
  id: `p${from}`,
  from: from * MINUTE,
  to: to * MINUTE,
  productive: [{ from: from * MINUTE, to: to * MINUTE }],
  scheduledMs: null,
  adherentMs: null,
  ...more,
});

/** Sums per fact, and per bucket and fact, of one person's agents. */
function summed(agents: AgentTime[], closedTo = 0, buckets = BUCKETS) {
  const total: Record<string, number> = {};
  const byBucket: Record<string, number> = {};
  timeFacts(timelineOf(agents, closedTo * MINUTE), buckets, (_, bucket, fact, ms) => {
    total[fact] = (total[fact] ?? 0) + ms;
    byBucket[`${bucket} ${fact}`] = (byBucket[`${bucket} ${fact}`] ?? 0) + ms;
  });
  return { total, byBucket };
}
const agent = (states: AgentTime['states'], plans: Plan[] = [], within = ALL): AgentTime => ({ within, states, plans });

describe('states', () => {
  it('are cut at bucket edges', () => {
    const { byBucket } = summed([agent([stateAt(10, 'available'), stateAt(35, 'offline')])]);
    expect([0, 1, 2].map((bucket) => byBucket[`${bucket} available_ms`])).toEqual([
      5 * MINUTE,
      15 * MINUTE,
      5 * MINUTE,
    ]);
  });

  it('stay open until the last closed bucket, and for 31 days at most', () => {
    expect(summed([agent([stateAt(10, 'pause', 's', 'lunch')])]).total).toEqual({});
    const { total } = summed([agent([stateAt(10, 'pause', 's', 'lunch')])], 45);
    expect(total).toEqual({ pause_ms: 35 * MINUTE, 'pause_ms:lunch': 35 * MINUTE, login_ms: 35 * MINUTE });
    const [spell] = spellsOf([stateAt(0, 'available')], 400 * 24 * 3_600_000);
    expect(spell?.to).toBe(LONGEST_STATE_MS);
  });

  it('of simultaneous sources the strongest counts, log-ins are a union', () => {
    const phone = agent([
      stateAt(0, 'available'),
      stateAt(10, 'on_contact'),
      stateAt(20, 'pause'),
      stateAt(30, 'offline'),
    ]);
    const chat = agent([stateAt(5, 'wrap'), stateAt(25, 'available'), stateAt(40, 'offline')]);
    expect(summed([phone, chat]).total).toEqual({
      available_ms: 20 * MINUTE,
      wrap_ms: 10 * MINUTE,
      on_contact_ms: 10 * MINUTE,
      login_ms: 40 * MINUTE,
      worked_ms: 40 * MINUTE,
    });
  });

  it('count only while the agent was this person', () => {
    const within = [{ from: 5 * MINUTE, to: 12 * MINUTE }];
    expect(summed([agent([stateAt(0, 'available'), stateAt(30, 'offline')], [], within)]).total.available_ms).toBe(
      7 * MINUTE,
    );
  });

  it('at one instant: the greatest identity holds', () => {
    const { total } = summed([agent([stateAt(0, 'available', 'b'), stateAt(0, 'pause', 'a'), stateAt(10, 'offline')])]);
    expect(total).toEqual({ available_ms: 10 * MINUTE, login_ms: 10 * MINUTE, worked_ms: 10 * MINUTE });
  });
});

describe('schedules', () => {
  it('late by 15 minutes and staying on as long: adherence 75 %, conformance 100 %', () => {
    const { total } = summed([agent([stateAt(15, 'available'), stateAt(75, 'offline')], [plan(0, 60)])], 60);
    expect(total).toMatchObject({ scheduled_ms: 60 * MINUTE, adherent_ms: 45 * MINUTE, worked_ms: 60 * MINUTE });
  });

  it('a later one replaces the earlier for all the time it speaks of', () => {
    const later = plan(20, 60, { id: 'later', time: 5, productive: [{ from: 50 * MINUTE, to: 60 * MINUTE }] });
    for (const plans of [
      [plan(0, 60), later],
      [later, plan(0, 60)],
    ]) {
      expect(summed([agent([], plans)], 60).total).toEqual({ scheduled_ms: 30 * MINUTE });
    }
  });

  it('give way to what the source measured itself, to the last millisecond', () => {
    const measured = plan(7, 38, { id: 'm', productive: null, scheduledMs: 1_000_001, adherentMs: 700_003 });
    const found = summed([agent([stateAt(0, 'available'), stateAt(60, 'offline')], [plan(0, 60), measured])], 60);
    expect(found.total.scheduled_ms).toBe(1_000_001 + 29 * MINUTE);
    expect(found.total.adherent_ms).toBe(700_003 + 29 * MINUTE);
    expect(found.total.worked_ms).toBe(60 * MINUTE);
  });

  it('of two measurements the greater holds where they overlap', () => {
    const first = plan(0, 30, { id: 'a', productive: null, scheduledMs: 30 * MINUTE, adherentMs: 30 * MINUTE });
    const second = plan(15, 45, { id: 'b', productive: null, scheduledMs: 30 * MINUTE, adherentMs: 0 });
    expect(summed([agent([], [first, second])]).total).toEqual({ scheduled_ms: 45 * MINUTE, adherent_ms: 15 * MINUTE });
  });

  it('count up to the last closed bucket, so that nobody is late for what lies ahead', () => {
    const given = [agent([stateAt(0, 'available'), stateAt(40, 'offline')], [plan(0, 120)])];
    const at = (closed: number) => {
      const { scheduled_ms = 0, adherent_ms = 0, worked_ms = 0 } = summed(given, closed).total;
      return [scheduled_ms, adherent_ms, worked_ms].map((ms) => ms / MINUTE);
    };
    expect([0, 15, 30, 60, 120, 165].map(at)).toEqual([
      [0, 0, 40],
      [15, 15, 40],
      [30, 30, 40],
      [60, 40, 40],
      [120, 40, 40],
      [120, 40, 40],
    ]);
  });
});

describe('against a walk minute by minute', () => {
  const minute = fc.integer({ min: 0, max: 179 });
  const states = fc.array(fc.record({ at: minute, state: fc.constantFrom(...STATES) }), { maxLength: 8 });
  const plans = fc.array(
    fc.record({
      from: minute,
      length: fc.integer({ min: 1, max: 60 }),
      free: fc.integer({ min: 0, max: 30 }),
      time: fc.nat({ max: 3 }),
    }),
    { maxLength: 4 },
  );
  const agents = fc.array(fc.record({ states, plans, from: minute, length: fc.integer({ min: 1, max: 200 }) }), {
    minLength: 1,
    maxLength: 3,
  });

  it('agrees, in any order of statements', () => {
    fc.assert(
      fc.property(agents, fc.integer({ min: 0, max: 180 }), (given, closed) => {
        const made = given.map((g, a): AgentTime & { plans: Plan[] } => ({
          within: [{ from: g.from * MINUTE, to: (g.from + g.length) * MINUTE }],
          states: g.states.map((s, i) => stateAt(s.at, s.state, `s${a}${i}`)),
          plans: g.plans.map((p, i) => {
            const productive =
              p.free < p.length ? [{ from: (p.from + p.free) * MINUTE, to: (p.from + p.length) * MINUTE }] : [];
            return plan(p.from, p.from + p.length, { id: `p${a}${i}`, time: p.time, productive });
          }),
        }));
        const shuffled = made
          .map((m) => ({ ...m, states: [...m.states].reverse(), plans: [...m.plans].reverse() }))
          .reverse();
        expect(summed(shuffled, closed).byBucket).toEqual(walked(made, closed));
      }),
      { numRuns: 1500 },
    );
  });
});

/** The rules read literally for every minute of three hours. */
function walked(agents: (AgentTime & { plans: Plan[] })[], closed: number): Record<string, number> {
  const found: Record<string, number> = {};
  for (let minute = 0; minute < 180; minute++) {
    const at = minute * MINUTE;
    const add = (fact: string) => {
      const key = `${Math.floor(at / BUCKET_MS)} ${fact}`;
      found[key] = (found[key] ?? 0) + MINUTE;
    };
    const here = agents.filter((a) => a.within.some((w) => w.from <= at && at < w.to));
    const now = STATES.find((state) => here.some((a) => inState(a, at, closed * MINUTE) === state));
    const works = now !== undefined && now !== 'pause' && now !== 'offline';
    if (now && now !== 'offline') for (const fact of [`${now}_ms`, 'login_ms']) add(fact);
    if (works) add('worked_ms');
    const holding = here.flatMap((a) => a.plans).filter((p) => p.from <= at && at < p.to);
    const top = holding.reduce<Plan | null>((best, p) => (!best || isGreater(p, best) ? p : best), null);
    if (at >= closed * MINUTE || !top?.productive?.some((p) => p.from <= at && at < p.to)) continue;
    add('scheduled_ms');
    if (works) add('adherent_ms');
  }
  return found;
}

function inState({ states }: AgentTime, at: number, closedTo: number): State | null {
  const past = states.filter((s) => s.time <= at).sort((a: Cause, b: Cause) => (isGreater(a, b) ? -1 : 1));
  const followed = states.some((s) => s.time > at);
  return past[0] && (followed || at < closedTo) ? past[0].state : null;
}

describe('spreading a whole number', () => {
  it('loses nothing and stays within one of the exact share', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2_678_400_000 }),
        fc.array(fc.integer({ min: 1, max: 900_000 }), { minLength: 1, maxLength: 20 }),
        (whole, lengths) => {
          const edges = lengths.reduce((known, length) => [...known, (known.at(-1) ?? 0) + length], [0]);
          const pieces = lengths.map((length, i) => ({ from: edges[i] as number, to: (edges[i] as number) + length }));
          const at = edges.at(-1) as number;
          const shares = spread(whole, pieces);
          expect(shares.reduce((a, b) => a + b, 0)).toBe(whole);
          for (const [i, share] of shares.entries())
            expect(Math.abs(share - (whole * (lengths[i] as number)) / at)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('leaves what others have not taken', () => {
    expect(
      without({ from: 0, to: 10 }, [
        { from: 2, to: 4 },
        { from: 3, to: 5 },
        { from: 9, to: 20 },
      ]),
    ).toEqual([
      { from: 0, to: 2 },
      { from: 5, to: 9 },
    ]);
  });
});
