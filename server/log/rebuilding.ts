import type { Logger } from 'pino';
import type { Clock } from '#server/foundation/clock.ts';
import type { OwnDb, Tx } from '#server/foundation/db.ts';
import type { Position } from './catalogue.ts';
import type { Consumer } from './consumer.ts';
import { flowPosition } from './flow-store.ts';
import { type Flow, Runner } from './runner.ts';
import { beginAtSeal } from './sealing-store.ts';
import { digestRows, holdFlow, SHADOW, swapRows } from './shadow-store.ts';

export type Rebuild = {
  live: OwnDb;
  shadow: OwnDb;
  consumers: readonly Consumer[];
  clock: Clock;
  log: Logger;
  verify: boolean;
  /** Called when the shadow has come near to the live flow, before that is held. */
  near?(): Promise<void>;
  /** Called where nothing differs, in the transaction that holds the flow at this position. */
  equal?(tx: Tx, position: Position): Promise<void>;
};
export type Rebuilt = { events: number; seconds: number; differences: string[] };

const TRIES = 5;

/**
 * Begins with what was sealed, after its digests were checked, else with nothing. Runs an organisation's log through all consumers into the shadow schema, up to where the live flow stands, and compares
 * table by table; unless it only verifies, the rebuilt rows then take the place of the live ones in one transaction.
 */
export async function rebuild(plan: Rebuild, orgId: number): Promise<Rebuilt> {
  const started = performance.now();
  let events = 0;
  const flow: Flow = {
    db: plan.shadow,
    clock: plan.clock,
    log: plan.log,
    holder: 'rebuild',
    replay: true,
    projections: [],
    consumers: plan.consumers.map((consumer) => ({
      ...consumer,
      apply: (batch, tx) => {
        if (consumer === plan.consumers[0]) events += batch.events.length;
        return consumer.apply(batch, tx);
      },
    })),
    committed: async () => {},
  };
  const { damaged } = await beginAtSeal(plan.live.of(orgId), orgId);
  if (damaged.length > 0) return { events, seconds: 0, differences: damaged.map((table) => damagedOf(orgId, table)) };
  const runner = new Runner(flow, orgId);
  await runner.turn(await flowPosition(plan.live.of(orgId), orgId));
  const seconds = (performance.now() - started) / 1000;
  const tables = plan.consumers.flatMap((consumer) => consumer.tables);
  let differences: string[] = [];
  await plan.near?.();
  // a command that saved its rows an instant ago is ahead of the flow: look again before calling it a difference
  for (let tries = 0; tries < TRIES; tries++) {
    differences = await plan.live.of(orgId).transaction(async (tx) => {
      const position = await holdFlow(tx, orgId);
      await runner.turn(position);
      const found = await compare(plan, { orgId, tables });
      if (!plan.verify) await swapRows(tx, orgId, tables);
      if (found.length === 0) await plan.equal?.(tx, position);
      return found;
    });
    if (differences.length === 0 || !plan.verify) break;
  }
  await runner.stop();
  return { events, seconds, differences };
}

const damagedOf = (orgId: number, table: string): string =>
  `organisation ${orgId}, ${table}: the sealed rows are not what was sealed; put a backup back before anything else`;

async function compare({ live }: Rebuild, of: { orgId: number; tables: readonly string[] }): Promise<string[]> {
  const differences: string[] = [];
  for (const table of of.tables) {
    const here = await digestRows(live.of(of.orgId), of.orgId, { schema: 'public', table });
    const there = await digestRows(live.of(of.orgId), of.orgId, { schema: SHADOW, table });
    if (here.digest !== there.digest)
      differences.push(
        `organisation ${of.orgId}, ${table}: ${here.rows} rows live, ${there.rows} rows rebuilt, digests differ`,
      );
  }
  return differences;
}
