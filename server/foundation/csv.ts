import { stringify } from 'csv-stringify/sync';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalid } from './refusals.ts';

/** How many rows a table may have; whoever needs more narrows the list, or pages through it as JSON. */
export const MOST_ROWS = 100_000;

type Row = Record<string, unknown>;
type Cell = string | number | boolean;
type Listed = { rows: Row[]; next: string | null };

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether the answer is wanted as a table. */
    asTable?: boolean;
  }
}

/**
 * Every list is also a table: `?format=csv` on any GET gives its rows as CSV, all pages of it, under the right of the route.
 * @throws Refusal invalid `not_a_table` where the answer is no list, `format_unknown`, `too_many_rows`
 */
export function offerCsv(app: FastifyInstance): void {
  app.decorateRequest('asTable', false);
  app.addHook('preValidation', async (request) => void noteFormat(request));
  app.addHook('preSerialization', async (request, reply, payload) => {
    if (!request.asTable || reply.statusCode !== 200) return payload;
    const rows = await allRows(app, request, payload);
    reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${fileName(request.url)}"`)
      .serializer((table: unknown) => table as string);
    return csvOf(rows) as unknown as typeof payload;
  });
}

/** Taken out of the query before the route's own schema sees it. */
function noteFormat(request: FastifyRequest): void {
  const query = request.query as Row | null;
  if (request.method !== 'GET' || query?.format === undefined) return;
  if (query.format !== 'csv' && query.format !== 'json')
    throw invalid('format_unknown', 'A list is given as json or as csv.', [{ path: '/format', message: 'is unknown' }]);
  request.asTable = query.format === 'csv';
  delete query.format;
}

/** The rows of an answer and of the pages behind it, each asked for under the same rights. */
async function allRows(app: FastifyInstance, request: FastifyRequest, payload: unknown): Promise<Row[]> {
  let page = listedIn(payload);
  const rows = [...page.rows];
  while (page.next !== null) {
    if (rows.length >= MOST_ROWS)
      throw invalid('too_many_rows', `A table has at most ${MOST_ROWS} rows; narrow the list.`);
    const url = new URL(request.url, 'http://local');
    url.searchParams.delete('format');
    url.searchParams.set('cursor', page.next);
    const { cookie, authorization } = request.headers;
    const headers = { ...(cookie ? { cookie } : {}), ...(authorization ? { authorization } : {}) };
    const answer = await app.inject({ method: 'GET', url: url.pathname + url.search, headers });
    page = listedIn(answer.json());
    rows.push(...page.rows);
  }
  return rows;
}

function listedIn(payload: unknown): Listed {
  const { items, entries, next } = (payload ?? {}) as { items?: unknown; entries?: unknown; next?: string | null };
  const rows = Array.isArray(payload) ? payload : (items ?? entries);
  if (!Array.isArray(rows)) throw invalid('not_a_table', 'This answer is no list, so that there is no table of it.');
  return { rows: rows.map((row) => (isRow(row) ? row : { value: row })), next: next ?? null };
}

/**
 * Rows as CSV (RFC 4180, UTF-8 with a byte order mark, as spreadsheets want it). Nested values become columns with dotted
 * names, lists of things with an `id` one column per id; text that a spreadsheet would take for a formula begins with `'`.
 */
export function csvOf(rows: readonly Row[]): string {
  const flat = rows.map((row) => flattened(row));
  const columns = [...new Set(flat.flatMap((row) => [...row.keys()]))];
  return stringify(
    flat.map((row) => columns.map((column) => row.get(column) ?? '')),
    {
      header: true,
      columns,
      bom: true,
      escape_formulas: true,
      record_delimiter: 'windows',
      quoted_match: /[\r\n]/,
      cast: { boolean: String },
    },
  );
}

function flattened(row: Row): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const [name, value] of Object.entries(row)) put(cells, name, value);
  return cells;
}

function put(cells: Map<string, Cell>, name: string, value: unknown): void {
  if (value === null || value === undefined) cells.set(name, '');
  else if (Array.isArray(value)) putList(cells, name, value);
  else if (isRow(value)) for (const [inner, part] of Object.entries(value)) put(cells, `${name}.${inner}`, part);
  else cells.set(name, value as Cell);
}

function putList(cells: Map<string, Cell>, name: string, list: unknown[]): void {
  if (!list.some(isRow)) cells.set(name, list.map(String).join('; '));
  else if (!list.every(isNamed)) cells.set(name, JSON.stringify(list));
  else for (const { id, ...rest } of list) put(cells, `${name}.${id}`, rest);
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
const isNamed = (value: unknown): value is Row & { id: string } => isRow(value) && typeof value.id === 'string';

/** The path in plain letters: what a person or a board is called never becomes a file's name as it is. */
function fileName(url: string): string {
  const path = new URL(url, 'http://local').pathname.replace(/^\/api\/v1\//, '');
  const plain = decodeURIComponent(path)
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${plain.slice(0, 80) || 'floorlight'}.csv`;
}
