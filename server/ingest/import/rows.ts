import { type RowReader, type RowReading, rowReader } from '../files/mapping.ts';
import type { Mapping } from '../files/mapping-schema.ts';
import { newQueueLog, readLine } from '../files/queue-log.ts';
import { recordsOf } from '../files/records.ts';
import { PlainError } from './options.ts';

/** One row of a file and what it became. */
export type Row = { line: number; text: string; reading: RowReading };

type Bytes = AsyncIterable<Uint8Array>;
type Of = { source: string; zone: string | null };

/** The rows of a file: by a mapping, or, without one, the lines of a queue log. */
export async function* rowsOf(bytes: Bytes, mapping: Mapping | null, of: Of): AsyncGenerator<Row> {
  for await (const row of mapping ? delimitedRows(bytes, mapping, of) : queueLogRows(bytes, of)) yield whole(row);
}

/** The row, refused where what an event says of it was lost in reading. */
export const whole = (row: Row): Row => (isDamaged(row) ? { ...row, reading: { refusal: DAMAGED } } : row);

const DAMAGED = 'holds signs that cannot be read: the file has another encoding than the mapping says';

/** Whether what an event says was lost in reading. Damage that no event takes over harms nobody. */
function isDamaged({ text, reading }: Row): boolean {
  return 'events' in reading && text.includes(LOST) && JSON.stringify(reading.events).includes(LOST);
}

/** What a decoder writes for bytes that are no sign. */
const LOST = '\ufffd';

/** Streams a delimited file as rows read by a mapping. Broken rows are refused one by one; blank lines are no rows. */
async function* delimitedRows(bytes: Bytes, mapping: Mapping, of: Of): AsyncGenerator<Row> {
  let read = mapping.columns ? reader(mapping, mapping.columns, of) : null;
  for await (const record of recordsOf(linesOf(decoded(bytes, mapping.encoding)), mapping)) {
    const { line, text } = record;
    if ('broken' in record) {
      if (!read) throw new PlainError(`The first line of the file names no columns: ${record.broken}.`);
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

async function* queueLogRows(bytes: Bytes, of: Of): AsyncGenerator<Row> {
  const log = newQueueLog();
  let line = 0;
  for await (const text of linesOf(decoded(bytes, 'utf-8'))) {
    line++;
    if (text.trim() !== '') yield { line, text, reading: readLine(log, text, of) };
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

const LONGEST_LINE = 2_000_000;

/** What never comes to an end of line is passed on in pieces, each too long for a row, and does not fill the memory. */
async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const text of texts) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length < LONGEST_LINE) continue;
    yield rest;
    rest = '';
  }
  if (rest !== '') yield rest;
}

async function* decoded(bytes: Bytes, encoding: string): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  for await (const chunk of bytes) {
    decoder ??= new TextDecoder(encodingOf(chunk, encoding));
    yield decoder.decode(chunk, { stream: true });
  }
  if (decoder) yield decoder.decode();
}

/** A byte order mark knows better than the mapping. */
function encodingOf([first, second, third]: Uint8Array, encoding: string): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xef && second === 0xbb && third === 0xbf ? 'utf-8' : encoding;
}
