import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { uuidV7 } from '#server/foundation/ids.ts';

/** A file that lies here until it is read. Its own name is never made into a path. */
export type Spooled = { id: string; bytes: number; read(): AsyncIterable<Uint8Array>; drop(): Promise<void> };

const CHUNK = 256 * 1024;

/** Lays a file down as it comes. What breaks off is not kept. */
export async function spool(folder: string, bytes: AsyncIterable<Uint8Array>, now: number): Promise<Spooled> {
  await mkdir(folder, { recursive: true });
  const id = uuidV7(now);
  const file = path.join(folder, id);
  const drop = () => rm(file, { force: true });
  try {
    await pipeline(Readable.from(bytes, { objectMode: false }), createWriteStream(file, { mode: 0o600 }));
  } catch (error) {
    await drop();
    throw error;
  }
  const { size } = await stat(file);
  return { id, bytes: size, read: () => createReadStream(file, { highWaterMark: CHUNK }), drop };
}

/** Removes what a process that is gone left behind. */
export async function sweep(folder: string, before: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => null);
    if (found?.isFile() && found.mtimeMs < before) await rm(file, { force: true });
  }
}
