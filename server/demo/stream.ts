import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { IngestReply, Source } from '#contract/events.ts';
import { closeSpan, openDay } from '#server/attainment/closing.ts';
import { Refusal } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { type Cast, SOURCES } from './cast.ts';
import { type DemoEvent, eventsBetween } from './day.ts';

/** The way in that everybody has, with a key of the demo's own. */
export type Door = { app: FastifyInstance; ground: Ground; orgId: number; currency: string; authorization: string };
export type Tale = { cast: Cast; log: Logger };

/** Up to when the demo's sources have spoken, epoch ms; null when never. */
export async function farthest({ app, authorization }: Door): Promise<number | null> {
  const reply = await app.inject({ url: '/api/v1/sources?limit=500', headers: { authorization } });
  if (reply.statusCode !== 200) throw new Error(`The demo could not ask for its sources: ${reply.body}`);
  const own: string[] = Object.values(SOURCES);
  const spoken = reply.json<{ items: Source[] }>().items.filter(({ name }) => own.includes(name));
  return spoken.length === 0 ? null : Math.max(...spoken.map(({ lastEventAt }) => Date.parse(lastEventAt)));
}

/** Posts everything that happened since, at most 30 days, closes what ended meanwhile, and waits until it is reflected. */
export async function catchUp(door: Door, { cast, since, log }: Tale & { since: number | null }): Promise<void> {
  const now = door.ground.clock.now();
  const begin = Math.max(since === null ? 0 : since - OVERLAP_MS, midnight(now - HISTORY_MS));
  let [sent, position] = [0, '0'];
  // day by day, so that a month never stands in memory at once
  for (let from = begin; from < now; from += DAY_MS) {
    const span = { from, to: Math.min(from + DAY_MS, now) };
    const told = await tellSpan(door, cast, span);
    await closeSpan(door.ground, door.orgId, span);
    [sent, position] = [sent + told.sent, told.position];
    if (opensWeek(span.to) && (await settled(door, Number(position)))) await openDay(door.ground, door.orgId, span.to);
  }
  if (!(await settled(door, Number(position)))) log.warn('the flow is still behind the demo: figures will follow');
  streams.set(door.ground, { told: now, timer: undefined, running: undefined });
  log.info({ events: sent, ms: door.ground.clock.now() - now }, 'the demo has caught up');
}

/** Lets the day go on: every second what has come due since is posted. */
export function stream(door: Door, { cast, log }: Tale): void {
  const state: Stream = streams.get(door.ground) ?? {
    told: door.ground.clock.now(),
    timer: undefined,
    running: undefined,
  };
  streams.set(door.ground, state);
  const step = async () => {
    const to = door.ground.clock.now();
    await tellSpan(door, cast, { from: state.told, to });
    state.told = to;
  };
  state.timer = setInterval(() => {
    state.running ??= step()
      .catch((error) => log.warn({ err: error }, 'the demo could not go on, and tries again'))
      .finally(() => {
        state.running = undefined;
      });
  }, STEP_MS).unref();
}

/** Ends the stream of a house, after what is on its way. */
export async function stopStream(ground: Ground): Promise<void> {
  const state = streams.get(ground);
  clearInterval(state?.timer);
  await state?.running;
}

type Stream = { told: number; timer: NodeJS.Timeout | undefined; running: Promise<void> | undefined };

const DAY_MS = 86_400_000;
const HISTORY_MS = 30 * DAY_MS;
/** Sources say in which order they speak only roughly; what is sent again changes nothing. */
const OVERLAP_MS = 2 * 3_600_000;
const STEP_MS = 1_000;
const POST = 1_000;
const PATIENCE_MS = 120_000;
const streams = new WeakMap<Ground, Stream>();

/** Peers are measured anew once a week while history comes in: who works the hard queue is weighed against them. */
const opensWeek = (at: number): boolean => new Date(at + DAY_MS / 2).getUTCDay() === 1;

const midnight = (at: number): number => at - (at % DAY_MS);

async function tellSpan(
  door: Door,
  cast: Cast,
  span: { from: number; to: number },
): Promise<{ sent: number; position: string }> {
  const events = eventsBetween(cast, span, door.currency);
  let position = '0';
  for (let at = 0; at < events.length; at += POST) position = await post(door, events.slice(at, at + POST));
  return { sent: events.length, position };
}

async function post({ app, ground, authorization }: Door, events: DemoEvent[]): Promise<string> {
  const headers = { authorization, 'content-type': 'application/cloudevents-batch+json' };
  const call = { method: 'POST', url: '/api/v1/events', headers, payload: JSON.stringify(events) } as const;
  const until = ground.clock.now() + PATIENCE_MS;
  let reply = await app.inject(call);
  // like any source it comes again when the house is too far behind to take more
  for (; reply.statusCode === 503 && ground.clock.now() < until; reply = await app.inject(call))
    await setTimeout(1_000 * Number(reply.headers['retry-after'] ?? 1));
  if (reply.statusCode !== 200) throw new Error(`The events were not taken: ${reply.statusCode} ${reply.body}`);
  const { rejected, position } = reply.json<IngestReply>();
  if (rejected.length > 0)
    throw new Error(`${rejected.length} events were refused, the first: ${rejected[0]?.message}`);
  return position;
}

/** Waits until a position is on the boards, but not for ever: the flow may be slow, or run elsewhere. */
async function settled({ ground, orgId }: Door, position: number): Promise<boolean> {
  const until = ground.clock.now() + PATIENCE_MS;
  while (ground.clock.now() < until) {
    try {
      await ground.log.reflected(orgId, position);
      return true;
    } catch (error) {
      if (!(error instanceof Refusal && error.kind === 'busy')) throw error;
    }
  }
  return false;
}
