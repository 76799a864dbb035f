import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Board, Scorecard, Target } from '#contract/definitions.ts';
import { Envelope, EVENT_DATA, type EventType } from '#contract/events.ts';
import { Person, Queue, Site, Team } from '#contract/people.ts';
import { castOf, peopleOf } from '#server/demo/cast.ts';
import { type DemoEvent, dayOf, eventsBetween } from '#server/demo/day.ts';
import { AGENT_SCORECARD, BOARDS, TARGETS } from '#server/demo/measures.ts';
import { agentsAt } from '#server/demo/shift.ts';
import { BUILT_IN } from '../../server/facts/kpis/catalogue.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const cast = castOf('2026-03-25');
const now = Date.parse('2026-03-25T00:00:00Z');
const month = eventsBetween(cast, { from: now - 30 * DAY, to: now }, 'EUR');
const login = (id: string) => cast.agents.find((agent) => agent.id === id)?.login;

type Leg = {
  agent: string;
  queue: string;
  offeredAt: string;
  answeredAt: string;
  endedAt: string;
  interactionId: string;
  outcome: string;
  talkMs: number;
  holdMs: number;
  acwMs: number;
  waitMs: number;
  customer: string;
};
const legs = month.filter((event) => event.type === 'interaction.ended').map((event) => event.data as Leg);
const handled = (id: string) => legs.filter((leg) => leg.agent === login(id) && leg.outcome === 'handled');
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const aht = (some: Leg[]) => mean(some.map((leg) => leg.talkMs + leg.holdMs + leg.acwMs));
const shortShare = (some: Leg[]) => some.filter((leg) => leg.talkMs < 12_000).length / some.length;
const surveys = (id: string) =>
  month.filter(
    (event) =>
      event.type === 'survey.answered' &&
      event.data.kind === 'csat' &&
      String(event.data.interactionId).includes(`-${id}-`),
  );

describe('a day of the demo', () => {
  it('is the same whenever it is told, and another on another date', () => {
    const again = dayOf(castOf('2026-03-25'), '2026-03-20', 'EUR');
    expect(again).toEqual(dayOf(cast, '2026-03-20', 'EUR'));
    expect(again.length).toBeGreaterThan(1_000);
    const starts = (events: DemoEvent[]) => events.map((event) => event.time.slice(11));
    expect(starts(dayOf(cast, '2026-03-21', 'EUR'))).not.toEqual(starts(again));
  });

  it('joins without a gap or a repeat wherever a span is cut', () => {
    const from = now - 3 * DAY;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 * DAY - 1 }), (cut) => {
        const parts = [
          { from, to: from + cut },
          { from: from + cut, to: from + 2 * DAY },
        ];
        const joined = parts.flatMap((span) => eventsBetween(cast, span, 'EUR'));
        expect(joined).toEqual(eventsBetween(cast, { from, to: from + 2 * DAY }, 'EUR'));
      }),
      { numRuns: 12 },
    );
  });

  it('has ids of its own for every event', () => {
    expect(new Set(month.map(({ source, id }) => `${source} ${id}`)).size).toBe(month.length);
    const interactions = legs.map((leg) => leg.interactionId);
    expect(new Set(interactions).size).toBe(interactions.length);
  });

  it('is what the door takes, in order of time', () => {
    for (const event of month) {
      const envelope = Envelope.safeParse(event);
      const data = EVENT_DATA[event.type as EventType].safeParse(event.data);
      if (!envelope.success || !data.success) expect.fail(`${JSON.stringify(event)} ${envelope.error ?? data.error}`);
      expect(Object.keys(event.data).filter((key) => !(key in EVENT_DATA[event.type as EventType].shape))).toEqual([]);
    }
    expect(month.every((event, i) => i === 0 || (month[i - 1] as DemoEvent).time <= event.time)).toBe(true);
  });
});

describe('an agent of the demo', () => {
  it('is on one contact at a time, whose parts add up', () => {
    for (const { id } of cast.agents) {
      const own = handled(id).sort((a, b) => Date.parse(a.answeredAt) - Date.parse(b.answeredAt));
      own.forEach((leg, i) => {
        const next = own[i + 1];
        expect(Date.parse(leg.endedAt) - Date.parse(leg.answeredAt)).toBe(leg.talkMs + leg.holdMs + leg.acwMs);
        expect(Date.parse(leg.answeredAt) - Date.parse(leg.offeredAt)).toBe(leg.waitMs);
        if (next) expect(Date.parse(next.answeredAt)).toBeGreaterThan(Date.parse(leg.endedAt));
      });
    }
  });

  it('takes six to nine contacts an hour at work, and says each state in turn', () => {
    for (const { id, login: agent, story } of cast.agents) {
      const states = month.filter((event) => event.type === 'agent.state' && event.data.agent === agent);
      const first = states.findIndex((event) => states[states.indexOf(event) - 1]?.data.state === 'offline');
      let loggedIn = 0;
      let contacts = 0;
      states.slice(Math.max(first, 1)).forEach((event, i, all) => {
        const next = all[i + 1];
        if (event.data.state === 'on_contact') contacts++;
        if (!next) return;
        expect(next.data.state).not.toBe(event.data.state);
        expect(Date.parse(next.time)).toBeGreaterThanOrEqual(Date.parse(event.time));
        if (!['offline', 'pause'].includes(String(event.data.state)))
          loggedIn += Date.parse(next.time) - Date.parse(event.time);
      });
      const rate = contacts / (loggedIn / HOUR);
      expect(rate, id).toBeGreaterThan(5.5);
      expect(rate, id).toBeLessThan(['shortens', 'star'].includes(story ?? '') ? 13 : 10.5);
    }
  });

  it('has colleagues at work at every hour of every day, in winter and in summer time', () => {
    for (let at = now - 20 * DAY; at < now + 20 * DAY; at += HOUR / 2)
      expect(agentsAt(cast, at).length, new Date(at).toISOString()).toBeGreaterThan(2);
  });

  it('leaves no long silence on the floor', () => {
    const lately = month
      .filter((event) => Date.parse(event.time) > now - 10 * DAY)
      .map((event) => Date.parse(event.time));
    const silences = lately.slice(1).map((at, i) => at - (lately[i] as number));
    expect(Math.max(...silences)).toBeLessThan(12 * 60_000);
    expect(mean(silences)).toBeLessThan(40_000);
  });
});

describe('the stories of the demo', () => {
  it('shows who ends contacts early, and nobody else', () => {
    expect(shortShare(handled('rico'))).toBeGreaterThan(0.12);
    for (const { id, story } of cast.agents)
      if (story !== 'shortens') expect(shortShare(handled(id)), id).toBeLessThan(0.03);
    expect(aht(handled('rico'))).toBeLessThan(aht(handled('jasmin')));
  });

  it('gives one exactly four perfect surveys in each whole week', () => {
    const monday = Date.parse('2026-03-02T00:00:00Z');
    for (const week of [0, 1, 2]) {
      const dates = Array.from({ length: 7 }, (_, i) =>
        new Date(monday + (week * 7 + i) * DAY).toISOString().slice(0, 10),
      );
      const own = surveys('ines').filter((event) =>
        dates.some((date) => String(event.data.interactionId).startsWith(date)),
      );
      expect(own.map((event) => event.data.score)).toEqual([5, 5, 5, 5]);
    }
    expect(surveys('jasmin').length).toBeGreaterThan(60);
  });

  it('has the new hire begin two weeks before, slower than the others and by a target of their own', () => {
    const hire = handled('althea');
    expect(cast.agents.find((agent) => agent.id === 'althea')?.startedOn).toBe('2026-03-11');
    expect(hire.every((leg) => leg.offeredAt >= '2026-03-10T16:00')).toBe(true);
    expect(aht(hire)).toBeGreaterThan(390_000);
    expect(
      TARGETS.some((target) => target.kpi === 'aht' && target.role === 'agent' && (target.rampDays ?? 0) >= 14),
    ).toBe(true);
  });

  it('lets one decline, in pace and in what customers say', () => {
    const own = handled('duarte');
    const early = own.filter((leg) => Date.parse(leg.endedAt) < now - 20 * DAY);
    const late = own.filter((leg) => Date.parse(leg.endedAt) > now - 7 * DAY);
    expect(aht(late)).toBeGreaterThan(aht(early) * 1.35);
  });

  it('keeps the star ahead of everybody who does not cheat', () => {
    const top = (id: string) => mean(surveys(id).map((event) => (Number(event.data.score) >= 4 ? 1 : 0)));
    for (const { id, story } of cast.agents) {
      if (['star', 'shortens'].includes(story ?? '')) continue;
      expect(aht(handled('jasmin')), id).toBeLessThan(aht(handled(id)));
      if (story !== 'four-surveys') expect(top('jasmin'), id).toBeGreaterThan(top(id) - 0.03);
    }
  });

  it('puts one on the queue that takes longest', () => {
    const own = handled('tomas');
    expect(own.filter((leg) => leg.queue === 'billing').length / own.length).toBeGreaterThan(0.8);
    const on = (queue: string) => aht(legs.filter((leg) => leg.queue === queue && leg.outcome === 'handled'));
    expect(on('billing')).toBeGreaterThan(on('service') * 1.3);
  });

  it('has callers who give up, and customers who come back', () => {
    const offered = legs.filter((leg) => ['handled', 'abandoned'].includes(leg.outcome));
    const gaveUp = offered.filter((leg) => leg.outcome === 'abandoned').length / offered.length;
    expect(gaveUp).toBeGreaterThan(0.02);
    expect(gaveUp).toBeLessThan(0.1);
    const customers = legs.flatMap((leg) => (leg.outcome === 'handled' ? leg.customer : []));
    const again = 1 - new Set(customers).size / customers.length;
    expect(again).toBeGreaterThan(0.08);
    expect(again).toBeLessThan(0.3);
  });
});

describe('what the demo defines', () => {
  it('has the shape that the doors take, and names only what there is', () => {
    for (const site of cast.sites) Site.parse(site);
    for (const { id, name, site, supervisor } of cast.teams) Team.parse({ id, name, site, supervisor });
    for (const queue of cast.queues) Queue.parse(queue);
    const people = peopleOf(cast).map((person) => Person.parse(person));
    expect(new Set(people.map((person) => person.email)).size).toBe(60);
    for (const { supervisor } of cast.teams)
      expect(people.find((person) => person.id === supervisor)?.roles).toEqual(['supervisor']);
    for (const target of TARGETS) expect(BUILT_IN.has(Target.parse(target).kpi)).toBe(true);
    for (const { kpi } of Scorecard.parse(AGENT_SCORECARD).kpis) expect(BUILT_IN.has(kpi)).toBe(true);
    for (const board of BOARDS)
      expect(['score', 'points'].includes(board.measure) || BUILT_IN.has(Board.parse(board).measure)).toBe(true);
  });
});
