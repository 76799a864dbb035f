import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, rename } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/**
 * A backup is gzipped lines of JSON: a head, then per table an object with its name, one text a row, and an object with
 * its digest; at last an object that says that the file is whole.
 */
export type Head = { format: typeof FORMAT; version: 1; takenAt: string; migration: { tag: string; when: number } };
export type Line =
  | Head
  | { table: string; columns: string[] }
  | string
  | { end: string; rows: number; digest: string }
  | Foot;
export type Foot = { whole: true; tables: number; rows: number };
export const FORMAT = 'floorlight-backup';

export type Writer = { write(...lines: Line[]): Promise<void>; close(): Promise<void> };

/** Writes beside the file and gives it its name at the end, so that a name means a whole file. Readable by its owner only. */
export function writeBackup(file: string): Writer {
  const part = `${file}.part`;
  const gzip = createGzip({ level: 3 });
  const out = createWriteStream(part, { mode: 0o600 });
  gzip.pipe(out);
  const done = finished(out);
  // told by close, and by the next write
  done.catch((error) => gzip.destroy(error));
  return {
    write: async (...lines) => {
      if (gzip.destroyed) await done;
      if (!gzip.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))) await drained(gzip);
    },
    close: async () => {
      gzip.end();
      await done;
      await chmod(part, 0o600);
      await rename(part, file);
    },
  };
}

/** The lines of a backup in order. @throws Error where the file is cut, damaged or something else */
export async function* readBackup(file: string): AsyncGenerator<Line> {
  const gunzip = createReadStream(file)
    .on('error', (error) => gunzip.destroy(error))
    .pipe(createGunzip());
  gunzip.setEncoding('utf8');
  try {
    for await (const line of linesOf(gunzip)) yield JSON.parse(line) as Line;
  } catch (error) {
    throw new Error(`${file} cannot be read to its end: ${(error as Error).message}`);
  }
}

async function* linesOf(texts: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const text of texts) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') throw new Error('it ends within a line');
}

const drained = (stream: NodeJS.WritableStream): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      stream.off('drain', settle).off('error', settle).off('close', settle);
      if (error) reject(error);
      else resolve();
    };
    stream.once('drain', settle).once('error', settle).once('close', settle);
  });
