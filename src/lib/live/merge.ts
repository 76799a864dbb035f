/**
 * A delta of the live protocol applied to a document: a JSON merge patch (RFC 7396) in which a list of rows that have a
 * `subject` or an `id` is patched by an object of rows keyed by it. `null` removes a row, an unknown key adds one, and an
 * `order` of keys, where the document has no field of that name, puts the list in order. Untouched branches are shared.
 */
export function merge(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  if (Array.isArray(document)) return isKeyed(document) ? mergeRows(document, patch) : patch;
  return mergeFields(isObject(document) ? document : {}, patch);
}

type Fields = Record<string, unknown>;

function mergeFields(document: Fields, patch: Fields): Fields {
  const next: Fields = { ...document };
  const order = 'order' in document ? null : keysIn(patch.order);
  for (const [name, change] of Object.entries(patch)) {
    if (name === 'order' && order) continue;
    if (change === null) delete next[name];
    else next[name] = merge(document[name], change);
  }
  if (order)
    for (const [name, list] of Object.entries(next)) if (isOrdered(list, order)) next[name] = arrange(list, order);
  return next;
}

/** Fields of a row are nullable values, so in a row `null` is a value; only a whole row is removed by it. */
function mergeRows(rows: Fields[], patch: Fields): Fields[] {
  const order = keysIn(patch.order);
  const kept = rows.flatMap((row) => {
    const change = patch[keyOf(row) ?? ''];
    if (change === undefined) return [row];
    return change === null ? [] : [mergeRow(row, change as Fields)];
  });
  const known = new Set(rows.map(keyOf));
  const name = rows[0] && 'subject' in rows[0] ? 'subject' : 'id';
  const added = Object.entries(patch).flatMap(([key, row]) =>
    known.has(key) || key === 'order' || !isObject(row) ? [] : [keyOf(row) ? row : { [name]: key, ...row }],
  );
  const all = [...kept, ...added];
  return order ? arrange(all, order) : all;
}

function mergeRow(row: Fields, patch: Fields): Fields {
  const changed = Object.entries(patch).map(([name, change]) => [
    name,
    change === null ? null : merge(row[name], change),
  ]);
  return { ...row, ...Object.fromEntries(changed) };
}

/** The rows in the order of the keys; rows the order does not name keep their turn at the end. */
export function arrange<Row>(rows: Row[], order: string[]): Row[] {
  const place = new Map(order.map((key, at) => [key, at]));
  const at = (row: Row) => place.get(keyOf(row) ?? '') ?? order.length;
  return rows
    .map((row, was) => ({ row, was }))
    .sort((a, b) => at(a.row) - at(b.row) || a.was - b.was)
    .map(({ row }) => row);
}

function keyOf(row: unknown): string | undefined {
  if (!isObject(row)) return undefined;
  const key = row.subject ?? row.id;
  return typeof key === 'string' ? key : undefined;
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isKeyed = (list: unknown[]): list is Fields[] => list.every((row) => keyOf(row) !== undefined);
const keysIn = (value: unknown) =>
  Array.isArray(value) && value.every((key) => typeof key === 'string') ? (value as string[]) : null;

function isOrdered(list: unknown, order: string[]): list is Fields[] {
  return (
    Array.isArray(list) && list.length > 0 && isKeyed(list) && list.every((row) => order.includes(keyOf(row) ?? ''))
  );
}
