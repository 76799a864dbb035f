import { GRACE_MS } from '#server/attainment/due.ts';
import { isZone, previousWindow, resolveWindow } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { append } from '#server/log/append.ts';
import { HOUSE, type LoggedEvent, type NewEvent } from '#server/log/catalogue.ts';
import { type Batch, type Consumer, touched } from '#server/log/consumer.ts';
import { rosterOf, zoneOf } from '#server/people/roster.ts';
import { BOOKED, book } from './booking.ts';
import { type Decision, decideFlags, type Grain, gainOf } from './rules.ts';
import { flagRows, leaderClosings, lockCoaching } from './store.ts';
import { type Seen, type SeenPeople, windowsOf } from './windows.ts';

/** Books flags and follow-ups from the log, and decides about flags when a day or a week closes. */
export const coachingConsumer: Consumer = {
  name: 'coaching',
  wants: ['window.closed', ...BOOKED],
  tables: ['flags', 'coaching_plans'],
  forget: () => {},
  apply: async (batch, tx) => {
    for (const event of batch.events) {
      if (!(BOOKED as readonly string[]).includes(event.type)) continue;
      await book(tx, batch.orgId, event);
      touched(batch).people.add(String(event.data.person));
    }
    const closing = closingOf(batch);
    if (closing) await decide(tx, batch, closing);
  },
};

type Closing = { window: Grain; zone: string; from: number; to: number; at: number };

/** The closing to decide at: a day or week that was the newest to close when it was recorded. A flag says look here now. */
function closingOf({ events, replay }: Batch): Closing | null {
  const last = events.at(-1);
  if (replay || last?.type !== 'window.closed') return null;
  const { window, zone, from, to } = last.data as Omit<Closing, 'at'>;
  if ((window !== 'day' && window !== 'week') || !isZone(zone)) return null;
  return isNewest(last, { window, zone, from }) ? { window, zone, from, to, at: last.recordedAt } : null;
}

const isNewest = ({ recordedAt }: LoggedEvent, { window, zone, from }: Pick<Closing, 'window' | 'zone' | 'from'>) =>
  from >= previousWindow(resolveWindow(window, recordedAt - GRACE_MS.window, zone), zone).from;

async function decide(tx: Tx, batch: Batch, closing: Closing): Promise<void> {
  const { orgId } = batch;
  const roster = await rosterOf(tx, orgId);
  const people = [...roster.people.keys()].filter((id) => zoneOf(roster, { kind: 'person', id }) === closing.zone);
  if (people.length === 0) return;
  const seen = await windowsOf(tx, orgId, { people, zone: closing.zone, roster, closing, now: closing.at });
  await lockCoaching(tx, orgId);
  const open = await flagRows(tx, orgId, { people, state: 'open' });
  const closed = await leaderClosings(tx, orgId, people);
  for (const person of [...seen.keys()].sort()) {
    const kpis = [...(seen.get(person) ?? [])].map(([kpi, { windows }]) => ({
      kpi,
      windows,
      open: open.find((flag) => flag.person === person && flag.kpi === kpi) ?? null,
      since: closed.find((flag) => flag.person === person && flag.kpi === kpi)?.at ?? 0,
    }));
    for (const decision of decideFlags(kpis)) await tell(tx, batch, { closing, person, decision, seen });
  }
}

type Decided = { closing: Closing; person: string; decision: Decision; seen: SeenPeople };

/** Appends a decision and books it in the same breath, so that whatever closes next sees it. */
async function tell(tx: Tx, batch: Batch, decided: Decided): Promise<void> {
  const seen = decided.seen.get(decided.person)?.get(decided.decision.kpi);
  if (!seen) return;
  const event = eventOf(decided, seen);
  const { accepted, position } = await append(tx, { orgId: batch.orgId, now: batch.now }, [event]);
  if (!accepted[0]) return;
  await book(tx, batch.orgId, { type: event.type, time: event.time, data: event.data, position });
  touched(batch).people.add(decided.person);
}

function eventOf({ closing, person, decision }: Decided, seen: Seen): NewEvent {
  const { kpi } = decision;
  const common = { source: HOUSE, time: closing.at };
  const gain = gainOf(seen.watch.weight, seen.whole, seen.attainment);
  if (decision.kind === 'open') {
    const flag = `${person}.${kpi}.${closing.window}${closing.from}`;
    const { about } = seen.watch;
    const data = { flag, rule: 'a', person, kpi, grain: closing.window, about, windows: decision.windows, gain };
    return { ...common, id: `flag:opened:${flag}`, type: 'flag.opened', data };
  }
  const { flag } = decision;
  if (decision.kind === 'close')
    return { ...common, id: `flag:closed:${flag}`, type: 'flag.closed', data: { flag, person, by: null, why: 'gone' } };
  const from = decision.windows[0]?.from ?? 0;
  const data = { flag, person, windows: decision.windows, gain };
  return { ...common, id: `flag:joined:${flag}:${from}`, type: 'flag.joined', data };
}
