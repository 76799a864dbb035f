import type { PersonResult } from '#server/attainment/performance/people.ts';
import type { NewEvent } from '#server/log/catalogue.ts';
import { HOUSE } from '#server/log/catalogue.ts';

/** What a closed window is worth: one point for each full point of the score above `above`, `most` at most. */
export type AwardRule = {
  id: string;
  version: number;
  window: 'hour' | 'day';
  above: number;
  most: number;
  words: string;
};

/** The rules in force. A changed rule is a new version; what was awarded by an older one stands. */
export const AWARD_RULES: readonly AwardRule[] = [
  {
    id: 'hour-score',
    version: 1,
    window: 'hour',
    above: 90,
    most: 10,
    words:
      'When an hour closes: one point for each full point of your score above 90, at most 10. The hour must count on the boards, and no speed KPI may be held back by its guard.',
  },
  {
    id: 'day-score',
    version: 1,
    window: 'day',
    above: 60,
    most: 50,
    words:
      'When a day closes: one point for each full point of your score above 60, at most 50. The day must count on the boards, and no speed KPI may be held back by its guard.',
  },
];

/** A window that was closed, by the event that closed it. Times are epoch ms. */
export type Closing = { id: string; window: string; zone: string; from: number; to: number; recordedAt: number };

/** The points of a score under a rule; 0 where there is none, where it does not count, or where a speed KPI is held. */
export function amountOf(rule: AwardRule, result: Pick<PersonResult, 'scored'>): number {
  const { score, eligible, kpis } = result.scored;
  if (score === null || !eligible || kpis.some((kpi) => kpi.held)) return 0;
  return Math.min(rule.most, Math.max(0, Math.floor(score - rule.above)));
}

/** The awards of a closing, as events whose ids are made of their cause; who gets nothing gets no event. */
export function awardsOf(closing: Closing, results: readonly PersonResult[]): NewEvent[] {
  const rules = AWARD_RULES.filter((rule) => rule.window === closing.window);
  return rules.flatMap((rule) =>
    results.flatMap((result) => {
      const amount = amountOf(rule, result);
      return amount > 0
        ? [awardEvent(rule, closing, { person: result.subject.id, amount, score: result.scored.score })]
        : [];
    }),
  );
}

type Award = { person: string; amount: number; score: number | null };

/** The id of an award: once per rule, version, person and window. Words about it that came later count on from 2. */
export const awardId = (rule: AwardRule, person: string, { window, from }: Pick<Closing, 'window' | 'from'>): string =>
  `points:${rule.id}:${rule.version}:${person}:${window}:${from}`;

function awardEvent(rule: AwardRule, closing: Closing, { person, amount, score }: Award): NewEvent {
  const { window, zone, from, to } = closing;
  return {
    source: HOUSE,
    id: awardId(rule, person, closing),
    type: 'points.awarded',
    // earned within the window, so it stands there on every board
    time: to - 1,
    agent: { source: HOUSE, name: person },
    data: {
      rule: rule.id,
      version: rule.version,
      person,
      window,
      zone,
      from,
      to,
      amount,
      score: Math.round((score ?? 0) * 10),
      cause: closing.id,
    },
  };
}
