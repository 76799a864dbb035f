import { resultsOf } from '#server/attainment/performance/people.ts';
import { reviewOf } from '#server/attainment/revisits/consumer.ts';
import type { Tx } from '#server/foundation/db.ts';
import { isSettledHistory } from '#server/ingest/backfill.ts';
import { append } from '#server/log/append.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { type Batch, type Consumer, touched } from '#server/log/consumer.ts';
import { rosterOf, zoneOf } from '#server/people/roster.ts';
import { AWARD_RULES, awardsOf, type Closing } from './awards.ts';
import { extendChain } from './chain.ts';
import { lockPeople, post } from './ledger.ts';
import { revisitAwards } from './revisits.ts';
import { MOVING, transferOf } from './rules.ts';

/**
 * Books what moves points, once, and links it into the chain; when an hour or a day closes, decides what it is worth
 * and appends the awards, which it books when it comes to them. What changed in windows that were closed before is
 * decided again then, and its difference booked at once, because nobody may spend meanwhile what is taken back.
 */
export const pointsConsumer: Consumer = {
  name: 'points',
  wants: ['window.closed', ...MOVING],
  apply: async (batch, tx) => {
    const review = reviewOf(batch);
    if (review) await lockPeople(tx, batch.orgId, review.people);
    await bookAll(batch, tx);
    const last = batch.events.at(-1);
    if (last && !batch.replay && isOver(last)) await award(batch, tx, closingOf(last));
    if (review) await revisitAwards(batch, tx, review);
  },
  forget: () => {},
  tables: ['transfers', 'entries', 'balances', 'ledger_links'],
};

/** The closing that an event tells of. */
export const closingOf = ({ id, recordedAt, data }: LoggedEvent): Closing => ({
  id,
  recordedAt,
  window: String(data.window),
  zone: String(data.zone),
  from: Number(data.from),
  to: Number(data.to),
});

const WINDOWS = new Set<unknown>(AWARD_RULES.map((rule) => rule.window));
const isOver = ({ type, data }: LoggedEvent): boolean => type === 'window.closed' && WINDOWS.has(data.window);

async function bookAll(batch: Batch, tx: Tx): Promise<void> {
  const transfers = batch.events.flatMap((event) => (MOVING.includes(event.type) ? (transferOf(event) ?? []) : []));
  if (transfers.length === 0) return;
  await post(tx, batch.orgId, transfers);
  await extendChain(
    tx,
    batch.orgId,
    transfers.map((transfer) => transfer.id),
  );
  for (const { person } of transfers) if (person !== null) touched(batch).people.add(person);
}

async function award(batch: Batch, tx: Tx, closing: Closing): Promise<void> {
  const { orgId, now } = batch;
  if (!(await isSettledHistory(tx, orgId, closing))) return;
  const { window, zone, from, to } = closing;
  const roster = await rosterOf(tx, orgId);
  const here = (id: string) => zoneOf(roster, { kind: 'person', id }) === zone;
  const results = await resultsOf(tx, orgId, { span: { name: window, from, to }, now: closing.recordedAt });
  const awards = awardsOf(
    closing,
    results.filter((result) => here(result.subject.id)),
  );
  if (awards.length > 0) await append(tx, { orgId, now }, awards);
}
