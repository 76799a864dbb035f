import { EVENT_DATA, type EventType, type RejectionCode } from '#contract/events.ts';
import { FACTS } from '#contract/facts.ts';
import { LIMITS } from '#contract/limits.ts';
import type { NewEvent } from '#server/log/catalogue.ts';
import { plainly } from './plainly.ts';
import { isEmotion, isNobody } from './words.ts';

/** What the door must know to judge an event. Times are epoch ms. */
export type DoorContext = {
  now: number;
  /** The earliest time the organisation takes. */
  epoch: number;
  /** The one currency of the organisation, ISO 4217. */
  currency: string;
  /** The type of a correction's target, where it is known already. */
  typeOf?: (source: string, id: string) => string | undefined;
};

/** Why one item of a call is not taken. */
export class Refused extends Error {
  readonly code: RejectionCode;
  constructor(code: RejectionCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** An instant that the organisation takes, epoch ms. @throws Refused time_ahead, time_before_epoch */
export function inRange(path: (string | number)[], at: number, { now, epoch }: DoorContext): number {
  if (at > now + LIMITS.aheadMs) throw new Refused('time_ahead', `${path.join('.')}: lies more than 24 hours ahead`);
  if (at >= epoch) return at;
  const earliest = new Date(epoch).toISOString();
  throw new Refused('time_before_epoch', `${path.join('.')}: lies before ${earliest}, the earliest taken`);
}

export type Content = Pick<NewEvent, 'agent' | 'customer' | 'interaction' | 'data' | 'personal'>;
type Site = { context: DoorContext; source: string; at: string };

/** Checks `data` against its type and takes the personal and the shared parts out of it. @throws Refused */
export function contentOf(type: EventType, data: Record<string, unknown>, site: Site): Content {
  const given = withoutNobody(data);
  const all = PLAINLY[type](given) ?? judged(type, given, site);
  checkMeaning(type, all, site);
  const { agent, customer, interactionId } = all;
  const content: Content = {
    agent: typeof agent === 'string' && !isNobody(agent) ? { source: site.source, name: agent.trim() } : null,
    customer: (customer as string | undefined) ?? null,
    interaction: (interactionId as string | undefined) ?? null,
    data: {},
  };
  for (const key in all) {
    const place = APART[key];
    if (place === undefined) content.data[key] = all[key];
    else if (place === 'personal' && typeof all[key] === 'string')
      content.personal = { ...content.personal, [key]: all[key] };
  }
  return content;
}

const PLAINLY = Object.fromEntries(Object.entries(EVENT_DATA).map(([type, shape]) => [type, plainly(shape)])) as Record<
  EventType,
  ReturnType<typeof plainly>
>;

/** As the shape itself says. @throws Refused data_invalid, with the place of the first mistake */
function judged(type: EventType, data: Record<string, unknown>, { at }: Site): Record<string, unknown> {
  const parsed = EVENT_DATA[type].safeParse(data);
  if (parsed.success) return parsed.data as Record<string, unknown>;
  const issue = parsed.error.issues[0];
  throw new Refused('data_invalid', `${[at, ...(issue?.path ?? [])].map(String).join('.')}: ${issue?.message}`);
}

/** Fields that the log keeps in columns of their own, and personal ones, which it seals. */
const APART: Readonly<Record<string, 'column' | 'personal'>> = Object.assign(Object.create(null), {
  agent: 'column',
  customer: 'column',
  interactionId: 'column',
  recordingUrl: 'personal',
  transcriptUrl: 'personal',
  evaluator: 'personal',
});

/** Blank fields are absent; a placeholder agent becomes one that every shape takes and nobody answers to. */
export function withoutNobody(data: Record<string, unknown>): Record<string, unknown> {
  if (!hasBlank(data) && !(typeof data.agent === 'string' && isNobody(data.agent))) return data;
  const kept: Record<string, unknown> = {};
  for (const key in data) if (data[key] !== null) kept[key] = data[key];
  if ('agent' in data && (data.agent === null || (typeof data.agent === 'string' && isNobody(data.agent))))
    kept.agent = '-';
  return kept;
}

function hasBlank(data: Record<string, unknown>): boolean {
  for (const key in data) if (data[key] === null) return true;
  return false;
}

function checkMeaning(type: EventType, data: Record<string, unknown>, { context, at }: Site): void {
  if (typeof data.currency === 'string' && data.currency !== context.currency)
    throw new Refused('currency_other', `${at}.currency: this organisation counts in ${context.currency} only`);
  if (type === 'measurement.recorded' && Object.hasOwn(FACTS, data.fact as string))
    throw new Refused('data_invalid', `${at}.fact: ${data.fact} is counted by the house itself; choose another name`);
  if (type === 'measurement.recorded' && isEmotion(data.fact as string))
    throw new Refused('agent_emotion', `${at}.fact: nothing is kept about what an agent feels`);
  if (type === 'interaction.ended')
    for (const key of PLACING) if (data[key]) inRange([at, key], Date.parse(data[key] as string), context);
  if (type === 'adherence.measured') inRange([at, 'from'], Date.parse(data.from as string), context);
  if (type === 'schedule.published') checkPlan(data.activities as { from: string }[], context);
}

/** The instants that choose the buckets of a leg. */
const PLACING = ['offeredAt', 'answeredAt', 'endedAt'] as const;
const PLANNED_MS = 400 * LIMITS.aheadMs;

/** A schedule may lie ahead, but not further than 400 days. */
function checkPlan(activities: { from: string }[], context: DoorContext): void {
  const further = { ...context, now: context.now + PLANNED_MS };
  activities.forEach(
    (activity, i) => void inRange(['data', 'activities', i, 'from'], Date.parse(activity.from), further),
  );
}
