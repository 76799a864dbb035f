import type { BaselineData, BaselineRow } from '#server/attainment/definitions/baseline.ts';
import { SCORECARD_VERSIONS, TARGET_VERSIONS } from '#server/attainment/definitions/commands.ts';
import { insertBaselines } from '#server/attainment/definitions/store.ts';
import { KPI_VERSIONS } from '#server/facts/kpis/commands.ts';
import { versionConsumer } from '#server/facts/versions/versions.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { type Consumer, touched } from '#server/log/consumer.ts';

const versions = versionConsumer('attainment', [TARGET_VERSIONS, SCORECARD_VERSIONS]);

/** Writes KPI definitions from the log. */
export const kpiConsumer: Consumer = versionConsumer('kpis', [KPI_VERSIONS]);

/** Writes targets, scorecards and baselines from the log; after a command it finds its work done. */
export const attainmentConsumer: Consumer = {
  ...versions,
  wants: [...versions.wants, 'baseline.set'],
  apply: async (batch, tx) => {
    await versions.apply(batch, tx);
    const rows = batch.events.filter((event) => event.type === 'baseline.set').map(baselineOf);
    if (rows.length === 0) return;
    await insertBaselines(tx, batch.orgId, firsts(rows));
    touched(batch).definitions = true;
  },
  tables: [...versions.tables, 'baselines'],
};

function baselineOf({ data, time, position }: LoggedEvent): BaselineRow {
  const { role, site, from, values, queues } = data as BaselineData;
  return { role, site, from, knownAt: time, position, body: { values, queues: queues ?? {} } };
}

/** Of several of one role, site and begin the first in the log. */
const firsts = (rows: BaselineRow[]): BaselineRow[] =>
  [...Map.groupBy(rows, (row) => `${row.role}|${row.site}|${row.from}`).values()].flatMap((same) => same[0] ?? []);
