import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { type Info, parse } from 'csv-parse';
import { type RowReading, rowReader } from '../files/mapping.ts';
import type { Mapping } from '../files/mapping-schema.ts';
import { PlainError } from './options.ts';

/** One row of a file, what it became, and how far in the file it lies (bytes, about). */
export type Row = { line: number; text: string; reading: RowReading };

type Parsed = { record: string[]; raw: string; info: Info };

/** Streams a delimited file as rows read by a mapping. Broken rows are refused one by one. */
export async function* fileRows(
  file: string,
  mapping: Mapping,
  of: { source: string; zone: string | null },
): AsyncGenerator<Row> {
  const broken: Row[] = [];
  const parser = Readable.from(decoded(file, mapping.encoding)).pipe(
    parse({
      delimiter: mapping.delimiter,
      quote: mapping.quote ?? false,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      max_record_size: 1_000_000,
      info: true,
      raw: true,
      on_skip: (error, raw) => void broken.push(brokenRow(error, raw)),
    }),
  );
  let read = mapping.columns ? reader(mapping, mapping.columns, of) : null;
  for await (const { record, raw, info } of parser as AsyncIterable<Parsed>) {
    yield* broken.splice(0);
    if (read) yield { line: info.lines, text: raw.replace(/\r?\n$/, ''), reading: read(record) };
    else
      read = reader(
        mapping,
        record.map((name) => name.trim()),
        of,
      );
  }
  yield* broken.splice(0);
}

function reader(mapping: Mapping, columns: string[], of: { source: string; zone: string | null }) {
  try {
    return rowReader(mapping, { ...of, columns });
  } catch (error) {
    throw new PlainError((error as Error).message);
  }
}

function brokenRow(error: (Error & { lines?: unknown }) | undefined, raw: string | undefined): Row {
  const line = typeof error?.lines === 'number' ? error.lines : 0;
  return { line, text: (raw ?? '').slice(0, 20_000), reading: { refusal: error?.message ?? 'cannot be read' } };
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
