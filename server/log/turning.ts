import type { Bell } from './bell.ts';
import { notifyGrowth, organisationsOf } from './flow-store.ts';
import { type Flow, LEASE_MS, Runner } from './runner.ts';

const LOOK_MS = 1_000;
const RENEW_MS = LEASE_MS / 3;

/** Turns the flow of every organisation in this process: woken by the bell, and looking by itself once a second. */
export function turnFlow(flow: Flow, bell: Bell): { stop(): Promise<void> } {
  const runners = new Map<number, Runner>();
  const again = new Set<number>();
  const running = new Map<number, Promise<void>>();
  let stopped = false;

  const wake = (orgId: number): void => {
    if (stopped) return;
    if (running.has(orgId)) return void again.add(orgId);
    const runner = runners.get(orgId) ?? new Runner(flow, orgId);
    runners.set(orgId, runner);
    const work = runner
      .turn()
      .then(() => {})
      .catch((error) => flow.log.warn({ err: error, orgId }, 'the flow stumbled and will try again'))
      .finally(() => {
        running.delete(orgId);
        if (again.delete(orgId)) wake(orgId);
      });
    running.set(orgId, work);
  };

  const look = async (): Promise<void> => {
    for (const orgId of await organisationsOf(flow.db.lobby)) wake(orgId);
  };
  const renew = async (): Promise<void> => {
    for (const [orgId, runner] of runners) if (!running.has(orgId)) await runner.renew();
  };

  bell.hear(wake);
  void look().catch(() => {});
  const looking = setInterval(() => void look().catch(() => {}), LOOK_MS);
  const renewing = setInterval(() => void renew().catch(() => {}), RENEW_MS);
  return {
    stop: async () => {
      stopped = true;
      clearInterval(looking);
      clearInterval(renewing);
      for (const runner of runners.values()) runner.halt();
      await Promise.all(running.values());
      for (const [orgId, runner] of runners) {
        await runner.stop();
        // whoever waits for the lease may have it now
        await notifyGrowth(flow.db.lobby, [orgId]).catch(() => {});
      }
    },
  };
}
