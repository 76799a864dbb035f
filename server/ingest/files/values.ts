import { durationMs, isNumber } from './durations.ts';
import type { Condition, Stamp, Value } from './mapping-schema.ts';

export type Row = readonly string[];

/** What a value reader may ask about the file. */
export type Table = {
  place: (column: string) => number;
  /** A reader of moments as RFC 3339; undefined when the cells are blank. */
  instant: (stamp: Stamp) => (cells: Row) => string | undefined;
};

/** A cell that cannot be read as what the mapping says it is: the row is refused with this reason. */
export class BadCell extends Error {}

type Reader = (cells: Row) => unknown;

/** A reader of one field of an event; undefined where the row has nothing for it. */
export function valueReader(value: Value, table: Table): Reader {
  const read = plainReader(value, table);
  if (!value.when) return read;
  const holds = conditions(value.when, table);
  return (cells) => (holds(cells) ? read(cells) : undefined);
}

/** Whether all conditions hold for a row. */
export function conditions(when: Condition[] | undefined, table: Table): (cells: Row) => boolean {
  const checks = (when ?? []).map(({ column, is, not, blank }) => {
    const place = table.place(column);
    const wanted = is && new Set(is);
    const unwanted = not && new Set(not);
    return (cells: Row) => {
      const cell = (cells[place] ?? '').trim();
      if (wanted && !wanted.has(cell)) return false;
      if (unwanted?.has(cell)) return false;
      return blank === undefined || (cell === '') === blank;
    };
  });
  return (cells) => checks.every((check) => check(cells));
}

function plainReader(value: Value, table: Table): Reader {
  if ('column' in value) return columnReader(value, table);
  if ('constant' in value) return () => value.constant;
  if ('join' in value) return joinReader(value, table);
  if ('number' in value) return cellReader(value.number, { table, blank: value.blank, read: numberOf });
  if ('boolean' in value)
    return cellReader(value.boolean, { table, blank: value.blank, read: (cell) => booleanOf(cell, value) });
  if ('duration' in value)
    return cellReader(value.duration, { table, blank: value.blank, read: (cell) => durationMs(cell, value.unit) });
  if ('stamp' in value) return table.instant(value.stamp);
  if ('list' in value) return cellReader(value.list, { table, read: (cell) => listOf(cell, value.separator) });
  if ('first' in value) return firstReader(value.first.map((one) => valueReader(one, table)));
  if ('items' in value) return itemsReader(value.items.map((one) => valueReader(one, table)));
  return fieldsReader(Object.entries(value.fields).map(([name, one]) => [name, valueReader(one, table)]));
}

type CellRule = { table: Table; blank?: string[] | undefined; read: (cell: string) => unknown };

/** Blank cells give nothing; a cell that `read` makes null of is bad. */
function cellReader(column: string, { table, blank, read }: CellRule): Reader {
  const place = table.place(column);
  const nothing = new Set(blank);
  return (cells) => {
    const cell = (cells[place] ?? '').trim();
    if (cell === '' || nothing.has(cell)) return undefined;
    const value = read(cell);
    if (value === null) throw new BadCell(`${column}: ${JSON.stringify(cell.slice(0, 60))} cannot be read`);
    return value;
  };
}

function columnReader(value: Extract<Value, { column: string }>, table: Table): Reader {
  const { map, otherwise } = value;
  if (!map) return cellReader(value.column, { table, blank: value.blank, read: (cell) => cell });
  const read = (cell: string) => (Object.hasOwn(map, cell) ? map[cell] : (otherwise ?? null));
  return cellReader(value.column, { table, blank: value.blank, read });
}

function joinReader(value: { join: string[]; with?: string }, table: Table): Reader {
  const places = value.join.map(table.place);
  return (cells) => {
    const parts = places.map((place) => (cells[place] ?? '').trim());
    return parts.every((part) => part === '') ? undefined : parts.join(value.with ?? '-');
  };
}

function numberOf(cell: string): number | null {
  return isNumber(cell) ? Number(cell) : null;
}

function booleanOf(cell: string, value: { true: string[]; false: string[] }): boolean | null {
  if (value.true.includes(cell)) return true;
  return value.false.includes(cell) ? false : null;
}

function listOf(cell: string, separator: string): string[] {
  return cell
    .split(separator)
    .map((part) => part.trim())
    .filter(Boolean);
}

function firstReader(readers: Reader[]): Reader {
  return (cells) => {
    for (const read of readers) {
      const value = read(cells);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

function itemsReader(readers: Reader[]): Reader {
  return (cells) => readers.map((read) => read(cells)).filter((value) => value !== undefined);
}

function fieldsReader(readers: [string, Reader][]): Reader {
  return (cells) => {
    const read = readers.map(([name, reader]) => [name, reader(cells)] as const);
    return Object.fromEntries(read.filter(([, value]) => value !== undefined));
  };
}
