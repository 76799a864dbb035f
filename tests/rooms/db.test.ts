import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { newWorld, type World } from '../world.ts';

let world: World;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(() => world.close());

const alive = async (pid: number) =>
  (await world.every.rows('select 1 from pg_stat_activity where pid = $1', [pid])).length > 0;

/** What nobody caught from here to the end of the test: it would have ended the process. */
function uncaught(): Error[] {
  const found: Error[] = [];
  const note = (error: Error) => void found.push(error);
  process.on('uncaughtExceptionMonitor', note);
  onTestFinished(() => void process.off('uncaughtExceptionMonitor', note));
  return found;
}

describe('a connection that dies in a transaction', () => {
  it.each([
    ['under a query', (pid: number) => [pid]],
    ['between two queries', () => []],
  ])('fails the transaction and nothing else: %s', async (_, itself) => {
    const unheard = uncaught();
    const broken = world.db.of(world.orgId).transaction(async (tx) => {
      const [{ pid } = { pid: 0 }] = await tx.rows<{ pid: number }>('select pg_backend_pid() as pid');
      for (const own of itself(pid)) await tx.rows('select pg_terminate_backend($1)', [own]);
      await world.every.rows('select pg_terminate_backend($1)', [pid]);
      await expect.poll(() => alive(pid)).toBe(false);
      await tx.rows('select 1');
    });
    await expect(broken).rejects.toThrow(/terminat|not queryable/);
    expect(await world.db.of(world.orgId).transaction((tx) => tx.rows('select 1 as one'))).toEqual([{ one: 1 }]);
    expect(unheard).toEqual([]);
  });
});
