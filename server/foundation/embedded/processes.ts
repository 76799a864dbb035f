import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A private server. An adopted one was left running by somebody else: only its owner stops it. */
export type Running = { url: string; adopted: boolean; stop(): Promise<void> };

/** A loopback port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
  });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/** Asks a process that is not our child to end, and waits until it has. */
export async function endProcess(pid: number, signal: NodeJS.Signals): Promise<void> {
  process.kill(pid, signal);
  while (isAlive(pid)) await wait(20);
}

/** Lets a child outlive the event loop but not this process; returns how to end it. */
export function kept(
  child: ChildProcess,
  signals: { ask: NodeJS.Signals; force: NodeJS.Signals },
): () => Promise<void> {
  const force = () => void child.kill(signals.force);
  // last resort when the process exits without closing
  process.once('exit', force);
  child.unref();
  (child.stderr as unknown as { unref?: () => void } | null)?.unref?.();
  return async () => {
    process.off('exit', force);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signals.ask);
    await ended;
  };
}
