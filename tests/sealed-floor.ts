import pino from 'pino';
import { consumers } from '../server/flow.ts';
import { openOwnDb } from '../server/foundation/db.ts';
import type { NewEvent } from '../server/log/catalogue.ts';
import { closedBefore } from '../server/log/sealed-past.ts';
import { type Sealed, type Sealing, sealPast } from '../server/log/sealing.ts';
import { dropShadow, makeShadow, SHADOW } from '../server/log/shadow-store.ts';
import { windowClosed } from './closings.ts';
import { diceOf, randomEvents } from './random-events.ts';
import { newScoredFloor, type ScoredFloor } from './scored-floor.ts';
import { AGENTS, bucketClosed, QUEUES, twoSites } from './two-sites.ts';
import type { World } from './world.ts';

export const DAY_MS = 86_400_000;
const FORTNIGHT_MS = 14 * DAY_MS;
export const FIRST = Date.parse('2026-01-12T00:00:00Z');
const FORTNIGHTS = 9;
export const CUT = Date.parse('2026-02-01T00:00:00Z');
export const BEFORE = closedBefore(CUT);

/** What is told in one fortnight: its own events, and some of the two before it that come late. */
export type Chapter = { now: number; events: NewEvent[] };

/** Four months of random events with corrections, some of which come up to four weeks late, and days that close. */
export function story(seed: number, count = 40): Chapter[] {
  const dice = diceOf(seed);
  const chapters = Array.from({ length: FORTNIGHTS + 1 }, (_, n): Chapter => {
    const now = FIRST + (n + 1) * FORTNIGHT_MS;
    return { now, events: [...closedDays(now - FORTNIGHT_MS), bucketClosed(now)] };
  });
  for (let n = 0; n < FORTNIGHTS; n++) {
    const from = FIRST + n * FORTNIGHT_MS;
    const stage = { from, to: from + FORTNIGHT_MS, agents: AGENTS, queues: QUEUES, count };
    for (const event of randomEvents(seed * 100 + n, stage).map((one) => named(n, one))) {
      const late = dice.unit() < 0.15 ? dice.int(1, 2) : 0;
      chapters[Math.min(n + late, FORTNIGHTS)]?.events.unshift(event);
    }
  }
  return chapters;
}

/** A floor of two sites that heard all chapters. */
export async function floorOf(chapters: readonly Chapter[]): Promise<ScoredFloor> {
  const floor = await newScoredFloor({ now: FIRST });
  await twoSites(floor, CUT + 5 * DAY_MS);
  for (const chapter of chapters) await hear(floor, chapter);
  return floor;
}

export async function hear(floor: ScoredFloor, { now, events }: Chapter): Promise<void> {
  floor.time.now = now;
  await floor.told(...events);
}

/** Seals the past of a floor, as the command does. */
export async function sealed(floor: World, more: Partial<Sealing> = {}): Promise<Sealed> {
  const rooms = consumers(floor);
  const forget = () => {
    for (const room of rooms) room.forget(floor.orgId);
  };
  const live = openOwnDb(floor.url, 3);
  const shadow = openOwnDb(floor.url, 2, `${SHADOW},public`);
  await makeShadow(
    live.every,
    rooms.flatMap((room) => room.tables),
  );
  forget();
  const log = pino({ level: 'silent' });
  const nothing = async () => {};
  const plan = {
    live,
    shadow,
    consumers: rooms,
    clock: floor.clock,
    log,
    cut: CUT,
    settled: nothing,
    entered: nothing,
  };
  try {
    return await sealPast({ ...plan, ...more }, floor.orgId);
  } finally {
    forget();
    await shadow.close();
    await dropShadow(live.every);
    await live.close();
    // what is remembered of seals is known to be older now
    floor.time.now += 60_000;
  }
}

/** The rows of a table without the number of the organisation, in one order. */
export async function rowsOf({ every, orgId }: World, table: string): Promise<string[]> {
  const rows = await every.rows<{ line: string }>(
    `select (to_jsonb(t) - 'org_id')::text as line from ${table} t where org_id = $1 order by 1`,
    [orgId],
  );
  return rows.map(({ line }) => line);
}

/** An event as a source sends it. */
export function wireOf({ source, id, type, time, replacement, ...content }: NewEvent): object {
  const envelope = { specversion: '1.0', source, id, type, time: new Date(time).toISOString() };
  if (type !== 'correction') return { ...envelope, data: dataOf(content) };
  return { ...envelope, data: { ...content.data, ...(replacement ? { data: dataOf(replacement) } : {}) } };
}

const dataOf = ({ agent, customer, interaction, data }: NonNullable<NewEvent['replacement']>) => ({
  ...data,
  ...(agent ? { agent: agent.name } : {}),
  ...(customer ? { customer } : {}),
  ...(interaction ? { interactionId: interaction } : {}),
});

/** Interactions are a fortnight's own, but for a few that go on for months. */
function named(n: number, event: NewEvent): NewEvent {
  const own = (interaction: string | null | undefined) =>
    interaction && !['i-0', 'i-1'].includes(interaction) ? `${n}-${interaction}` : (interaction ?? null);
  const { of } = event.data as { of?: { source: string; id: string } };
  return {
    ...event,
    id: `${n}-${event.id}`,
    interaction: own(event.interaction),
    data: of ? { ...event.data, of: { ...of, id: `${n}-${of.id}` } } : event.data,
    ...(event.replacement
      ? { replacement: { ...event.replacement, interaction: own(event.replacement.interaction) } }
      : {}),
  };
}

function closedDays(from: number): NewEvent[] {
  const iso = (at: number) => new Date(at).toISOString();
  return [2, 9].map((day) =>
    windowClosed('day', 'Europe/Lisbon', { from: iso(from + day * DAY_MS), to: iso(from + (day + 1) * DAY_MS) }),
  );
}
