import type { Receipt } from '#contract/receipts.ts';
import { missing } from '#server/foundation/refusals.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import type { Ground } from '#server/log/ground.ts';
import { BARE, listed, ownEvents, type ReceiptAsked, type ReceiptWriter } from '#server/log/receipt.ts';
import { rosterOf } from '#server/people/roster.ts';
import { rewardRow } from './store.ts';

/** `grant:<id>`: who gave what out of which budget. */
export const grantReceipts: ReceiptWriter = {
  noun: 'grant',
  write: async (ground, orgId, asked) => {
    const { own, events } = await told(ground, orgId, { asked, also: [] });
    const roster = await rosterOf(ground.db.of(orgId), orgId);
    const by = roster.people.get(String(own.data.by))?.name ?? String(own.data.by);
    const name =
      (await rewardRow(ground.db.of(orgId), orgId, String(own.data.reward)))?.name ?? String(own.data.reward);
    return receipt(
      asked,
      { own, events },
      `${by} gave ${name}, worth ${own.data.price} points, out of a leader's budget.`,
    );
  },
};

/** `redemption:<id>`: what was taken for which price, and what became of it. */
export const redemptionReceipts: ReceiptWriter = {
  noun: 'redemption',
  write: async (ground, orgId, asked) => {
    const id = asked.measure.slice('redemption:'.length);
    const { own, events } = await told(ground, orgId, { asked, also: [`settled:${id}`] });
    const name =
      (await rewardRow(ground.db.of(orgId), orgId, String(own.data.reward)))?.name ?? String(own.data.reward);
    const end = events.find((event) => event.type === 'redemption.settled')?.data.outcome;
    const became = end === 'cancelled' ? 'cancelled, and the points given back' : (end ?? 'waiting to be handed over');
    return receipt(asked, { own, events }, `${name} for ${own.data.price} points: ${became}.`);
  },
};

type Told = { own: LoggedEvent; events: LoggedEvent[] };

async function told(
  { db }: Pick<Ground, 'db'>,
  orgId: number,
  { asked, also }: { asked: ReceiptAsked; also: string[] },
): Promise<Told> {
  const events = await ownEvents(db.of(orgId), orgId, [asked.measure, ...also]);
  const own = events.find((event) => event.id === asked.measure);
  if (!own || `person:${own.data.person}` !== asked.subject) throw missing(`${asked.subject} has no ${asked.measure}.`);
  return { own, events };
}

function receipt({ subject, measure, position }: ReceiptAsked, { own, events }: Told, sentence: string): Receipt {
  const at = new Date(own.time).toISOString();
  const price = Number(own.data.price);
  return {
    ...BARE,
    subject,
    measure,
    window: { name: 'day', from: at, to: at },
    position,
    value: price,
    sentence,
    steps: [{ label: 'Price in points', formula: 'price', filled: String(price), result: price, digits: 0 }],
    ...listed(events),
  };
}
