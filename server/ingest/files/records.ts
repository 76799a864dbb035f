/** How a file divides its rows into cells. */
export type Dialect = { delimiter: string; quote: string | null };

/** A row: its cells, the line it begins on, its text. A broken one says why instead. */
export type FileRecord =
  | { line: number; text: string; cells: string[] }
  | { line: number; text: string; broken: string };

const OPEN = 'a quote is opened and never closed';
const MOST_LINES = 50;
const LONGEST = 1_000_000;

/**
 * The cells of one row, or what is wrong with it. Quotes inside a quoted cell are doubled; a quote within an unquoted
 * cell is a sign like any other.
 */
export function cellsOf(text: string, { delimiter, quote }: Dialect): string[] | string {
  if (quote === null || !text.includes(quote)) return text.split(delimiter);
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] !== quote) {
      const end = text.indexOf(delimiter, at);
      cells.push(end < 0 ? text.slice(at) : text.slice(at, end));
      if (end < 0) return cells;
      at = end + delimiter.length;
      continue;
    }
    const close = closing(text, at + 1, quote);
    if (close < 0) return OPEN;
    cells.push(text.slice(at + 1, close).replaceAll(quote + quote, quote));
    if (close + 1 === text.length) return cells;
    if (!text.startsWith(delimiter, close + 1)) return `cell ${cells.length} goes on after its closing quote`;
    at = close + 1 + delimiter.length;
  }
}

/**
 * Puts lines together to rows. A cell in quotes may hold line breaks; where such a row never comes to its end, only the
 * line on which it begins is broken, and reading goes on with the next one.
 */
export async function* recordsOf(lines: AsyncIterable<string>, dialect: Dialect): AsyncGenerator<FileRecord> {
  let waiting: string[] = [];
  let line = 1;
  for await (const text of lines) {
    waiting.push(text);
    for (let row = firstRecord(waiting, line, dialect); row; row = firstRecord(waiting, line, dialect)) {
      line += row.lines;
      waiting = waiting.slice(row.lines);
      if (row.record) yield row.record;
    }
  }
  while (waiting.length > 0) {
    const row = firstRecord(waiting, line, dialect) ?? broken(waiting, line, OPEN);
    line += row.lines;
    waiting = waiting.slice(row.lines);
    if (row.record) yield row.record;
  }
}

/** How many of the waiting lines a row takes; a blank line is none. */
type Taken = { lines: number; record: FileRecord | null };

/** The row that the waiting lines begin with, or null while more lines may belong to it. */
function firstRecord(waiting: string[], line: number, dialect: Dialect): Taken | null {
  let text = '';
  for (const [i, next] of waiting.entries()) {
    text = i === 0 ? next : `${text}\n${next}`;
    const row = text.replace(/\r$/, '');
    if (i === 0 && row.trim() === '') return { lines: 1, record: null };
    const cells = row.length > LONGEST ? 'the row is too long' : cellsOf(row, dialect);
    if (typeof cells !== 'string') return { lines: i + 1, record: { line, text: row, cells } };
    if (cells !== OPEN) return broken(waiting, line, i === 0 ? cells : OPEN);
  }
  return waiting.length >= MOST_LINES ? broken(waiting, line, OPEN) : null;
}

function broken([text = '']: string[], line: number, reason: string): Taken {
  return { lines: 1, record: { line, text: text.slice(0, LONGEST), broken: reason } };
}

function closing(text: string, from: number, quote: string): number {
  let at = text.indexOf(quote, from);
  while (at >= 0 && text[at + 1] === quote) at = text.indexOf(quote, at + 2);
  return at;
}
