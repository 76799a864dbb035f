import { isNobody } from '../words.ts';
import { instantReader } from './instants.ts';
import { type EventRule, Mapping, type Value } from './mapping-schema.ts';
import { BadCell, conditions, type Row, type Table, valueReader } from './values.ts';

/** An event as the door takes it. */
export type SentEvent = {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  time?: string;
  data: Record<string, unknown>;
};

/** What became of one row or line of a file. */
export type RowReading = { events: SentEvent[] } | { skipped: string } | { refusal: string };

/** A mapping made ready for one file. */
export type RowReader = (cells: Row) => RowReading;

/**
 * Checks a mapping that came from outside.
 * @throws Error that names every wrong place by its path
 */
export function readMapping(raw: unknown): Mapping {
  const parsed = Mapping.safeParse(raw);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || 'mapping'}: ${issue.message}`);
  throw new Error(`The mapping is not valid:\n${lines.join('\n')}`);
}

/**
 * Makes a mapping ready for a file with these columns.
 * @param of `zone` reads stamps without a zone, where the mapping does not name one
 * @throws Error when the mapping names a column that the file lacks, or an unknown pattern or zone
 */
export function rowReader(mapping: Mapping, of: { columns: string[]; source: string; zone: string | null }): RowReader {
  const table: Table = {
    place: (column) => placeOf(of.columns, column),
    instant: (stamp) => instantReader(stamp, (column) => placeOf(of.columns, column), of.zone ?? mapping.zone ?? null),
  };
  const skips = mapping.skip.map(({ when, reason }) => ({ holds: conditions(when, table), reason }));
  const rules = mapping.events.map((rule) => ruleReader(rule, mapping, table));
  return (cells) => {
    const skip = skips.find(({ holds }) => holds(cells));
    if (skip) return { skipped: skip.reason };
    if (cells.length !== of.columns.length)
      return { refusal: `has ${cells.length} columns where ${of.columns.length} are expected` };
    return eventsOf(cells, { rules, source: of.source, unmatched: mapping.unmatched });
  };
}

type Rule = { holds: (cells: Row) => boolean; read: (cells: Row, source: string) => SentEvent };

function eventsOf(cells: Row, by: { rules: Rule[]; source: string; unmatched: Mapping['unmatched'] }): RowReading {
  const rules = by.rules.filter(({ holds }) => holds(cells));
  if (rules.length === 0) {
    const reason = 'no rule of the mapping is meant for this row';
    return by.unmatched === 'skip' ? { skipped: reason } : { refusal: reason };
  }
  try {
    return { events: rules.map((rule) => rule.read(cells, by.source)) };
  } catch (error) {
    if (error instanceof BadCell) return { refusal: error.message };
    throw error;
  }
}

function ruleReader(rule: EventRule, mapping: Mapping, table: Table): Rule {
  const id = idReader(rule, table);
  const time = rule.time && valueReader(rule.time, table);
  const fields = Object.entries({ ...mapping.common, ...rule.data }).map(([name, value]) => {
    return { name, read: valueReader(value as Value, table) };
  });
  const nobody = new Set(mapping.nobody);
  const read = (cells: Row, source: string): SentEvent => {
    const data: Record<string, unknown> = {};
    for (const { name, read } of fields) {
      const value = read(cells);
      if (value !== undefined && !(name === 'agent' && isNoAgent(value, nobody))) data[name] = value;
    }
    const at = time?.(cells);
    return {
      specversion: '1.0',
      id: id(cells),
      source,
      type: rule.type,
      ...(at === undefined ? {} : { time: String(at) }),
      data,
    };
  };
  return { holds: conditions(rule.when, table), read };
}

function isNoAgent(value: unknown, nobody: Set<string>): boolean {
  return typeof value === 'string' && (nobody.has(value) || isNobody(value));
}

/** Ids must not meet by chance: the separator inside a value is written otherwise. */
function idReader({ id, type }: EventRule, table: Table): (cells: Row) => string {
  const places = id.columns.map(table.place);
  const prefix = id.prefix ? `${id.prefix}|` : '';
  return (cells) => {
    const parts = places.map((place) => (cells[place] ?? '').trim().replace(/[%|]/g, encodeURIComponent));
    if (parts.every((part) => part === '')) throw new BadCell(`the columns that make the id of ${type} are all blank`);
    return prefix + parts.join('|');
  };
}

function placeOf(columns: string[], column: string): number {
  const place = columns.indexOf(column);
  if (place < 0) throw new Error(`The mapping names the column "${column}"; the file has ${columns.join(', ')}.`);
  return place;
}
