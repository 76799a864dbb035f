import { type FileHandle, mkdir, open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { QueueLog } from '../files/queue-log-state.ts';
import { PlainError } from './options.ts';

/** How far a growing file was read, with the state of the calls in it. */
export type Mark = { inode: number; offset: number; line: number; log: QueueLog };

/** Some whole lines, and the place behind them. `idle` when there was nothing new. */
export type Chunk = { lines: string[]; inode: number; offset: number; idle: boolean };

const CHUNK = 256 * 1024;
const LOOK_AGAIN_MS = 300;

/** Reads the mark of an earlier run, or null. */
export async function readMark(file: string): Promise<Mark | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Mark;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null;
    if (error instanceof SyntaxError)
      throw new PlainError(`The state file ${file} is broken: ${error.message}. Remove it to begin anew.`);
    throw error;
  }
}

/** Writes the mark whole or not at all. */
export async function writeMark(file: string, mark: Mark): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(mark));
  await rename(`${file}.new`, file);
}

/**
 * Reads a file line by line and waits for more, until stopped. When the file is rotated (another inode under its name),
 * the old one is read to its end first; when it was cut short, reading begins anew. A last line without an end waits.
 */
export async function* followLines(
  file: string,
  from: { inode: number; offset: number } | null,
  stop: AbortSignal,
): AsyncGenerator<Chunk> {
  let handle = await openAt(file, from);
  let inode = (await handle.stat()).ino;
  let offset = from && from.inode === inode ? from.offset : 0;
  try {
    while (!stop.aborted) {
      const { size } = await handle.stat();
      if (size < offset) offset = 0;
      const { lines, bytes } = await linesFrom(handle, offset);
      offset += bytes;
      if (lines.length > 0) {
        yield { lines, inode, offset, idle: false };
        continue;
      }
      const now = await stat(file).catch(() => null);
      if (now && now.ino !== inode) {
        // what was written between the last look and the rotation
        const rest = await linesFrom(handle, offset);
        offset += rest.bytes;
        if (rest.lines.length > 0) yield { lines: rest.lines, inode, offset, idle: false };
        if (rest.bytes > 0) continue;
        await handle.close();
        handle = await open(file);
        inode = (await handle.stat()).ino;
        offset = 0;
        continue;
      }
      yield { lines: [], inode, offset, idle: true };
      await pause(LOOK_AGAIN_MS, undefined, { signal: stop }).catch(() => {});
    }
  } finally {
    await handle.close();
  }
}

/** The file that was being read, also when it lies under a rotated name beside the new one by now. */
async function openAt(file: string, from: { inode: number } | null): Promise<FileHandle> {
  const current = await stat(file);
  if (!from || from.inode === current.ino) return open(file);
  const folder = path.dirname(file);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(path.basename(file))) continue;
    const beside = path.join(folder, name);
    if ((await stat(beside)).ino === from.inode) return open(beside);
  }
  return open(file);
}

async function linesFrom(handle: FileHandle, offset: number): Promise<{ lines: string[]; bytes: number }> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(CHUNK), 0, CHUNK, offset);
  const end = buffer.subarray(0, bytesRead).lastIndexOf(10);
  // a line longer than a chunk is broken anyway: it is passed on in pieces and refused
  const bytes = end >= 0 ? end + 1 : bytesRead === CHUNK ? CHUNK : 0;
  if (bytes === 0) return { lines: [], bytes };
  const lines = buffer.subarray(0, bytes).toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return { lines, bytes };
}
