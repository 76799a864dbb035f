import type { Logger } from 'pino';
import type { Clock } from '#server/foundation/clock.ts';
import type { OwnDb } from '#server/foundation/db.ts';
import type { Consumer } from './consumer.ts';
import { flowPosition } from './flow-store.ts';
import { type Flow, Runner } from './runner.ts';
import { digestRows, holdFlow, SHADOW, swapRows } from './shadow-store.ts';

export type Rebuild = {
  live: OwnDb;
  shadow: OwnDb;
  consumers: readonly Consumer[];
  clock: Clock;
  log: Logger;
  verify: boolean;
};
export type Rebuilt = { events: number; seconds: number; differences: string[] };

const TRIES = 5;

/**
 * Runs an organisation's log through all consumers into the shadow schema, up to where the live flow stands, and compares
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
  const runner = new Runner(flow, orgId);
  await runner.turn(await flowPosition(plan.live.of(orgId), orgId));
  const seconds = (performance.now() - started) / 1000;
  const tables = plan.consumers.flatMap((consumer) => consumer.tables);
  let differences: string[] = [];
  // a command that saved its rows an instant ago is ahead of the flow: look again before calling it a difference
  for (let tries = 0; tries < TRIES; tries++) {
    differences = await plan.live.of(orgId).transaction(async (tx) => {
      await runner.turn(await holdFlow(tx, orgId));
      const found = await compare(plan, { orgId, tables });
      if (!plan.verify) await swapRows(tx, orgId, tables);
      return found;
    });
    if (differences.length === 0 || !plan.verify) break;
  }
  await runner.stop();
  return { events, seconds, differences };
}

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
