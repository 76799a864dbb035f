import { type FileHandle, open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PlainError } from './options.ts';

/** The file of refused rows: line, reason, and the row as it stood there. Made with the first of them. */
export type Rejects = {
  add(line: number, reason: string, row: string): Promise<void>;
  /** The file, or null when nothing was refused. */
  file(): string | null;
  close(): Promise<void>;
};

/** @param of the imported file; the refused rows lie beside it, else in `folder`, else in the temporary one */
export function openRejects(of: string, folder: string): Rejects {
  let made: Promise<{ handle: FileHandle; file: string }> | null = null;
  let file: string | null = null;
  return {
    add: async (line, reason, row) => {
      made ??= create(of, folder);
      const { handle, file: name } = await made;
      file = name;
      await handle.appendFile(`${line}\t${cellOf(reason)}\t${cellOf(row)}\n`);
    },
    file: () => file,
    close: async () => (await made)?.handle.close(),
  };
}

const LONGEST = 20_000;

/** One cell of a tab-separated file that no spreadsheet takes for a formula. */
export function cellOf(text: string): string {
  const plain = text.slice(0, LONGEST);
  const guarded = /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
  return /[\t\r\n"]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

async function create(of: string, folder: string): Promise<{ handle: FileHandle; file: string }> {
  const name = path.basename(of);
  for (const place of [path.dirname(path.resolve(of)), folder, os.tmpdir()]) {
    for (let n = 1; n < 10_000; n++) {
      const file = path.join(place, `${name}.${n}.rejects.tsv`);
      try {
        const handle = await open(file, 'wx');
        await handle.appendFile('line\treason\trow\n');
        return { handle, file };
      } catch (error) {
        if ((error as { code?: string }).code !== 'EEXIST') break;
      }
    }
  }
  throw new PlainError('The file of refused rows cannot be written anywhere.');
}
