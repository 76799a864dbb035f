import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { outcome, type Scenario } from './scenario.ts';
import { openServers } from './servers.ts';
import { noteReads, type Scene, troubled } from './troubled.ts';

const SIZE_MB = 400;
const FULL_MS = 20_000;
const LEFT_BYTES = 256 * 1024;

/** The disk of PostgreSQL is full for a while. A small file system in memory stands for it, which only root may make. */
export const diskFull: Scenario = {
  name: 'disk-full',
  words: 'the disk of PostgreSQL is full for 20 s',
  play: async (stage) => {
    const dir = path.join(stage.servers.dir, 'small');
    mkdirSync(dir, { recursive: true });
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=755`, 'floorlight', dir]);
    if (mounted.status !== 0) return outcome({ skipped: 'only root may mount a small file system' });
    try {
      const servers = await openServers(dir, stage.arrangement === 'cluster');
      try {
        const trouble = { name: 'disk-full', rate: 1_000, events: 60_000 };
        return await troubled({ ...stage, servers }, { ...trouble, happens: (scene) => filled(scene, dir) });
      } finally {
        await servers.stop();
      }
    } finally {
      spawnSync('umount', ['-l', dir]);
    }
  },
};

async function filled(scene: Scene, dir: string): Promise<void> {
  const { floor, load, readers, notes } = scene;
  const ballast = path.join(dir, 'ballast');
  readers.look();
  const until = Date.now() + FULL_MS;
  const before = load.acknowledged;
  // whatever is freed meanwhile is taken at once
  while (Date.now() < until) {
    fill(ballast, dir);
    await wait(100);
  }
  noteReads(scene, 'while the disk was full');
  notes.push(`${load.acknowledged - before} calls were taken meanwhile`);
  rmSync(ballast);
  if (await lives(floor.servers.postgres.pid)) return;
  notes.push('PostgreSQL had ended by itself and was started again');
  await floor.servers.postgres.start();
}

function fill(file: string, dir: string): void {
  const { bavail, bsize } = statfsSync(dir);
  const room = bavail * bsize - LEFT_BYTES;
  if (room <= 0) return;
  const handle = openSync(file, 'a');
  const block = Buffer.alloc(Math.min(room, 1 << 20));
  try {
    for (let left = room; left > 0; left -= block.length) writeSync(handle, block, 0, Math.min(left, block.length));
  } catch {
    // somebody was quicker
  } finally {
    closeSync(handle);
  }
}

async function lives(pid: () => number): Promise<boolean> {
  try {
    process.kill(pid(), 0);
    return true;
  } catch {
    return false;
  }
}
