import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { Heard, Opening } from './crowd.ts';
import { spawnWide } from './product.ts';

export type Crowd = { child: ChildProcess; end(): Promise<Heard> };

/** Opens many sockets in a process of its own; settled when all have subscribed. */
export async function openCrowd(opening: Opening): Promise<Crowd> {
  const child = spawnWide([path.join(import.meta.dirname, 'crowd.ts')]);
  const ready = next<{ kind: 'ready' }>(child, 'ready');
  child.send(opening);
  await ready;
  return {
    child,
    end: () => {
      const heard = next<Heard>(child, 'heard');
      child.send({ kind: 'end' });
      return heard;
    },
  };
}

/** The next message of a kind. */
export function next<M extends { kind: string }>(child: ChildProcess, kind: string): Promise<M> {
  return new Promise((resolve, reject) => {
    const listen = (message: unknown): void => {
      if ((message as M).kind !== kind) return;
      child.off('message', listen);
      resolve(message as M);
    };
    child.on('message', listen);
    child.once('exit', (code) => reject(new Error(`a process with sockets ended too early (${code})`)));
  });
}
