import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type RowReader, type RowReading, rowReader } from '../files/mapping.ts';
import type { Mapping } from '../files/mapping-schema.ts';
import { recordsOf } from '../files/records.ts';
import { PlainError } from './options.ts';

/** One row of a file and what it became. */
export type Row = { line: number; text: string; reading: RowReading };

/** Streams a delimited file as rows read by a mapping. Broken rows are refused one by one; blank lines are no rows. */
export async function* fileRows(
  file: string,
  mapping: Mapping,
  of: { source: string; zone: string | null },
): AsyncGenerator<Row> {
  let read = mapping.columns ? reader(mapping, mapping.columns, of) : null;
  for await (const record of recordsOf(linesOf(decoded(file, mapping.encoding)), mapping)) {
    const { line, text } = record;
    if ('broken' in record) {
      if (!read) throw new PlainError(`The first line of ${file} names no columns: ${record.broken}.`);
      yield { line, text, reading: { refusal: record.broken } };
    } else if (read) yield { line, text, reading: read(record.cells) };
    else
      read = reader(
        mapping,
        record.cells.map((name) => name.trim()),
        of,
      );
  }
}

function reader(mapping: Mapping, columns: string[], of: { source: string; zone: string | null }): RowReader {
  const read = plainly(() => rowReader(mapping, { ...of, columns }));
  return (cells) => plainly(() => read(cells));
}

/** A mapping that does not fit its file is the caller's to put right. */
function plainly<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Error && error.constructor === Error ? new PlainError(error.message) : error;
  }
}

async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const text of texts) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function* decoded(file: string, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(await encodingOf(file, encoding));
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 }))
    yield decoder.decode(chunk as Buffer, { stream: true });
  yield decoder.decode();
}

/** A byte order mark knows better than the mapping. */
async function encodingOf(file: string, encoding: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(3), 0, 3, 0);
    if (bytesRead >= 2 && buffer[0] === 0xff && buffer[1] === 0xfe) return 'utf-16le';
    if (bytesRead === 3 && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) return 'utf-8';
    return encoding;
  } finally {
    await handle.close();
  }
}
