import type { Movement, PointsAbout, Wallet } from '#contract/points.ts';
import { resolveWindow } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { missing } from '#server/foundation/refusals.ts';
import { HOUSE, type LoggedEvent } from '#server/log/catalogue.ts';
import { eventsByIdentity } from '#server/log/store.ts';
import { rosterOf, zoneOf } from '#server/people/roster.ts';
import { accountOf } from './rules.ts';
import { rewardOf, sentenceOf } from './sentences.ts';
import { balanceRow, earnedBetween, movementsOf } from './store.ts';

/** Whose wallet, as of when (epoch ms), and which page of its movements. */
export type WalletAsked = { person: string; now: number; before?: number | undefined; limit: number };

/**
 * Balance, what was earned today and this week, and the movements, the newest first.
 * @throws Refusal missing for somebody unknown
 */
export async function walletOf(
  tx: Tx,
  orgId: number,
  { person, now, before, limit }: WalletAsked,
): Promise<Omit<Wallet, 'position'>> {
  const roster = await rosterOf(tx, orgId);
  if (!roster.people.has(person)) throw missing(`There is no person ${person}.`);
  const zone = zoneOf(roster, { kind: 'person', id: person });
  const earned = async (window: 'day' | 'week') =>
    (await earnedBetween(tx, orgId, { ...resolveWindow(window, now, zone), people: [person] }))[0]?.points ?? 0;
  const account = accountOf(person);
  const rows = await movementsOf(tx, orgId, {
    account,
    person,
    before: before ?? Number.MAX_SAFE_INTEGER,
    most: limit + 1,
  });
  const shown = rows.slice(0, limit);
  const events = await eventsOf(tx, orgId, shown);
  const items = shown.map(
    ({ id, at, kind, cause, amount, balance }): Movement => ({
      id,
      at: new Date(LATER.has(kind) ? (events.get(id)?.recordedAt ?? at) : at).toISOString(),
      kind,
      amount,
      balanceAfter: balance,
      words: events.has(id) ? sentenceOf(events.get(id) as LoggedEvent, amount) : '',
      cause,
      about: aboutOf(events.get(id)),
      receipt: `points:${id}`,
    }),
  );
  return {
    person,
    balance: await balanceRow(tx, orgId, account),
    earnedToday: await earned('day'),
    earnedThisWeek: await earned('week'),
    items,
    next: rows.length > limit ? String(shown.at(-1)?.position ?? '') : null,
  };
}

/** What belongs to a window of before and came to pass now. */
const LATER = new Set<Movement['kind']>(['correction', 'withdrawal']);
const ABOUT = [
  'rule',
  'window',
  'zone',
  'from',
  'to',
  'score',
  'badge',
  'tier',
  'because',
  'of',
  'writtenOff',
  'recovered',
] as const;

/** The events behind some transfers, by the id that both share. */
async function eventsOf(tx: Tx, orgId: number, of: readonly { id: string }[]): Promise<Map<string, LoggedEvent>> {
  if (of.length === 0) return new Map();
  const asked = of.map(({ id }) => ({ source: HOUSE, id }));
  return new Map((await eventsByIdentity(tx, orgId, asked)).map((event) => [event.id, event]));
}

const aboutOf = (event: LoggedEvent | undefined): PointsAbout => {
  const data = event?.data ?? {};
  const told = ABOUT.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]]));
  return { ...Object.fromEntries(told), ...(data.reward === undefined ? {} : { reward: rewardOf(data) }) };
};
