import type { FactSums } from '#contract/facts.ts';
import { FACTS } from '#contract/facts.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { bucketOf } from './windows.ts';

/** What an event adds: to a person ('' is nobody) in a bucket, for a queue and a channel ('' where there is none). */
export type Contribution = { person: string; bucket: number; queue: string; channel: string; facts: FactSums };

export type QueueSettings = { serviceLevelMs: number; shortMs: number; abandonShortMs: number };

/** Settings of a queue that nobody has saved yet. */
export const QUEUE_DEFAULTS: QueueSettings = { serviceLevelMs: 20_000, shortMs: 10_000, abandonShortMs: 5_000 };

/** The context of a derivation: whose agent it was, and how the queue was set, at an instant. */
export type World = {
  personOf(agent: number | null, at: number): string;
  settingsOf(queue: string, at: number): QueueSettings;
};

/** What the rules read of an event. */
export type FactEvent = Pick<LoggedEvent, 'source' | 'id' | 'type' | 'time' | 'agent' | 'interaction' | 'data'>;

/** Types that belong to the interaction they name. */
export const REFERRING: readonly string[] = ['survey.answered', 'evaluation.completed', 'conversation.analyzed'];

/** Whether an event takes its time, queue and agent from an interaction. */
export const isReferring = (event: Pick<LoggedEvent, 'type' | 'interaction'>): boolean =>
  event.interaction !== null && REFERRING.includes(event.type);

/**
 * What one event adds by itself: legs by their own instants, everything else at its own time. For a survey, an
 * evaluation or an analysis that names an interaction, `legs` are the `interaction.ended` events of that interaction.
 * Types that say nothing additive (states, schedules, definitions) and unreadable instants add nothing.
 */
export function contributionsOf(event: FactEvent, world: World, legs: readonly FactEvent[] = []): Contribution[] {
  if (event.type === 'interaction.ended') return ofLeg(event, world);
  const facts = ownFacts(event);
  if (!facts) return [];
  const leg = isReferring(event) ? homeLeg(legs) : null;
  const at = leg ? endOf(leg) : event.time;
  const person = world.personOf(event.agent ?? leg?.agent ?? null, at);
  const place = leg ? placeOf(leg) : { queue: '', channel: '' };
  return [{ person, bucket: bucketOf(at), ...place, facts }];
}

/** The last handled leg, else the last leg: by end, then segment, then identity. Null without legs. */
export function homeLeg<E extends FactEvent>(legs: readonly E[]): E | null {
  let best: E | null = null;
  for (const leg of legs) if (Number.isFinite(endOf(leg)) && (!best || isLater(leg, best))) best = leg;
  return best;
}

/** When a leg was offered and ended, epoch ms; NaN when unreadable. */
export const offerOf = (leg: Pick<FactEvent, 'data'>): number => Date.parse(leg.data.offeredAt as string);
export const endOf = (leg: Pick<FactEvent, 'data'>): number => Date.parse(leg.data.endedAt as string);

/** Queue and channel of a leg. */
export const placeOf = (leg: Pick<FactEvent, 'data'>): { queue: string; channel: string } => ({
  queue: (leg.data.queue as string | undefined) ?? '',
  channel: (leg.data.channel as string | undefined) ?? 'voice',
});

function isLater(a: FactEvent, b: FactEvent): boolean {
  const handled = Number(a.data.outcome === 'handled') - Number(b.data.outcome === 'handled');
  if (handled !== 0) return handled > 0;
  const order = endOf(a) - endOf(b) || int(a.data.segment) - int(b.data.segment);
  if (order !== 0) return order > 0;
  return a.source === b.source ? a.id > b.id : a.source > b.source;
}

function ofLeg(leg: FactEvent, world: World): Contribution[] {
  const offered = offerOf(leg);
  const ended = endOf(leg);
  if (!(Number.isFinite(offered) && Number.isFinite(ended))) return [];
  const place = placeOf(leg);
  const agent = agentFacts(leg, () => world.settingsOf(place.queue, ended));
  const queue =
    leg.data.direction === 'outbound' ? null : queueFacts(leg, () => world.settingsOf(place.queue, offered));
  const found: Contribution[] = [];
  if (agent) found.push({ person: world.personOf(leg.agent, ended), bucket: bucketOf(ended), ...place, facts: agent });
  if (queue) found.push({ person: '', bucket: bucketOf(offered), ...place, facts: queue });
  return found;
}

function agentFacts({ data }: FactEvent, settings: () => QueueSettings): FactSums | null {
  if (data.outcome === 'missed') return { missed: 1 };
  if (data.outcome === 'rejected') return { rejected: 1 };
  if (data.outcome !== 'handled') return null;
  const talk = int(data.talkMs);
  const facts: FactSums = { handled: 1 };
  put(facts, 'talk_ms', talk);
  put(facts, 'ring_ms', int(data.ringMs));
  put(facts, 'hold_ms', int(data.holdMs));
  put(facts, 'acw_ms', int(data.acwMs));
  put(facts, 'hold_n', int(data.holdCount));
  if (talk < settings().shortMs) facts.short = 1;
  if (data.transfer === 'blind' || data.transfer === 'consult') facts.transferred_out = 1;
  if (data.resolved === true) facts.resolved = 1;
  return facts;
}

function queueFacts({ data }: FactEvent, settings: () => QueueSettings): FactSums | null {
  const wait = int(data.waitMs);
  switch (data.outcome) {
    case 'handled': {
      const facts: FactSums = { offered: 1, answered: 1 };
      put(facts, 'answer_wait_ms', wait);
      if (wait <= settings().serviceLevelMs) facts.answered_in_sl = 1;
      return facts;
    }
    case 'abandoned': {
      const facts: FactSums = { offered: 1, abandoned: 1 };
      put(facts, 'abandon_wait_ms', wait);
      if (wait <= settings().serviceLevelMs) facts.abandoned_in_sl = 1;
      if (wait <= settings().abandonShortMs) facts.abandoned_short = 1;
      return facts;
    }
    case 'voicemail':
      return { offered: 1, voicemail: 1 };
    case 'callback':
      return { offered: 1, callback: 1 };
    case 'left_in_ivr':
      return { left_in_ivr: 1 };
    default:
      return null;
  }
}

function ownFacts({ type, data }: FactEvent): FactSums | null {
  switch (type) {
    case 'survey.answered':
      return surveyFacts(data);
    case 'evaluation.completed':
      return some({
        qa_n: 1,
        qa_points: int(data.points),
        qa_possible: int(data.possible),
        qa_critical: data.criticalFailed === true ? 1 : 0,
      });
    case 'conversation.analyzed':
      if (typeof data.customerSentiment !== 'number') return null;
      return some({ sentiment_n: 1, sentiment_permille: permille(data.customerSentiment, 0, 1) });
    case 'sale.closed':
      return some({ sales: int(data.units ?? 1), sale_minor: int(data.amountMinor) });
    case 'offer.made':
      return some({ offers: int(data.units ?? 1) });
    case 'ticket.resolved':
      return { resolved: 1 };
    case 'ticket.reopened':
      return { reopened: 1 };
    case 'measurement.recorded':
      return measured(data);
    default:
      return null;
  }
}

function surveyFacts({ kind, score, scaleMin: low, scaleMax: high }: Record<string, unknown>): FactSums | null {
  if (typeof score !== 'number' || typeof low !== 'number' || typeof high !== 'number' || low >= high) return null;
  if (kind === 'csat')
    return some({
      csat_n: 1,
      csat_sum: permille(score, low, high),
      csat_top: 4 * (score - low) >= 3 * (high - low) ? 1 : 0,
    });
  if (kind === 'ces') return some({ ces_n: 1, ces_sum: permille(score, low, high) });
  if (kind === 'nps') return some({ nps_n: 1, nps_promoters: score >= 9 ? 1 : 0, nps_detractors: score <= 6 ? 1 : 0 });
  return null;
}

/** A source's own fact. A name of the core is not its to declare. */
function measured({ fact, value }: Record<string, unknown>): FactSums | null {
  if (typeof fact !== 'string' || Object.hasOwn(FACTS, fact)) return null;
  return some({ [fact]: int(value) });
}

/** A place on a scale in per-mille of it, half away from zero. */
function permille(value: number, low: number, high: number): number {
  const share = ((value - low) * 1000) / (high - low);
  return Math.sign(share) * Math.round(Math.abs(share));
}

const int = (value: unknown): number => (Number.isSafeInteger(value) ? (value as number) : 0);

function put(facts: FactSums, name: string, value: number): void {
  if (value !== 0) facts[name] = value;
}

/** Without zeros; null when nothing is left. */
function some(facts: FactSums): FactSums | null {
  const kept: FactSums = {};
  for (const name in facts) put(kept, name, facts[name] as number);
  return Object.keys(kept).length > 0 ? kept : null;
}
