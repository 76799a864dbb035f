import { reviewOf } from '#server/attainment/revisits/consumer.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { type Consumer, endsBatch, touched } from '#server/log/consumer.ts';
import { decideAtOnce, forgetCounts } from './counting.ts';
import { decideAtClosing } from './deciding.ts';
import { revisitBadges } from './revisits.ts';
import { type EarnedRow, saveEarned, saveWithdrawn } from './store.ts';

/** Decides who earned a badge and who did not after all, and books what was decided. */
export const badgeConsumer: Consumer = {
  name: 'badges',
  wants: 'all',
  tables: ['badges_earned'],
  forget: forgetCounts,
  apply: async (batch, tx) => {
    const rows = batch.events.filter(({ type }) => type === 'badge.earned').map(rowOf);
    await saveEarned(tx, batch.orgId, rows);
    const withdrawn = batch.events.filter(({ type }) => type === 'badge.withdrawn');
    await saveWithdrawn(tx, batch.orgId, withdrawn.map(withdrawnOf));
    for (const { data } of withdrawn) touched(batch).people.add(String(data.person));
    for (const { person } of rows) touched(batch).people.add(person);
    if (batch.replay) return;
    await decideAtOnce(tx, batch);
    const last = batch.events.at(-1);
    if (last && endsBatch(last)) await decideAtClosing(tx, batch, last);
    const review = reviewOf(batch);
    if (review) await revisitBadges(batch, tx, review);
  },
};

const withdrawnOf = ({ data, position }: LoggedEvent) => ({ id: String(data.of), position });

function rowOf({ id, data, time, position }: LoggedEvent): EarnedRow {
  const { person, badge, tier, period, version, points, celebrate } = data as Omit<EarnedRow, 'id' | 'at' | 'position'>;
  return { id, person, badge, tier, period, version, points, celebrate, at: time, position };
}
