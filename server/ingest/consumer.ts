import { EVENT_TYPES } from '#contract/events.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { type Consumer, touched } from '#server/log/consumer.ts';
import { type Choice, type Heard, saveChoices, saveHeard } from './store.ts';

/** Keeps how fresh each source is: one update per source and batch. */
export const sourcesConsumer: Consumer = {
  name: 'sources',
  wants: [...EVENT_TYPES, 'source.saved'],
  apply: async (batch, tx) => {
    for (const choice of batch.events.filter(({ type }) => type === 'source.saved').map(choiceOf))
      await saveChoices(tx, batch.orgId, [choice]);
    const heard = [...heardIn(batch.events).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    if (heard.length === 0) return;
    await saveHeard(tx, batch.orgId, heard);
    for (const { name } of heard) touched(batch).sources.add(name);
  },
  forget: () => {},
  tables: ['sources', 'source_choices'],
};

/** What a `source.saved` says. */
export const choiceOf = ({ data, position }: Pick<LoggedEvent, 'data' | 'position'>): Choice => ({
  name: String(data.name),
  backfill: data.backfill === 'award' ? 'award' : 'silent',
  position,
});

const PUBLIC = new Set<string>(EVENT_TYPES);

function heardIn(events: LoggedEvent[]): Map<string, Heard> {
  const heard = new Map<string, Heard>();
  for (const { source, type, time, recordedAt } of events) {
    if (!PUBLIC.has(type)) continue;
    const before = heard.get(source);
    if (!before) {
      heard.set(source, {
        name: source,
        firstAt: recordedAt,
        lastEventAt: time,
        lastReceivedAt: recordedAt,
        accepted: 1,
      });
      continue;
    }
    before.firstAt = Math.min(before.firstAt, recordedAt);
    before.lastEventAt = Math.max(before.lastEventAt, time);
    before.lastReceivedAt = Math.max(before.lastReceivedAt, recordedAt);
    before.accepted++;
  }
  return heard;
}
