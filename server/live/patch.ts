type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Row = { [key: string]: Json };

/**
 * What turns `before` into `after`, as a JSON merge patch (RFC 7396). Lists whose rows carry a `subject` or an `id`
 * become objects keyed by it, null for a row that went; when their order changed, `order` beside them lists the keys.
 * @returns undefined when nothing changed
 */
export function diff(before: unknown, after: unknown): unknown {
  return diffValue(before as Json, after as Json);
}

/** By what the rows of a list are told apart; null for a plain list. */
export function keyOf(list: readonly unknown[]): 'subject' | 'id' | null {
  for (const key of ['subject', 'id'] as const) {
    if (list.length > 0 && list.every((row) => isObject(row) && typeof row[key] === 'string')) return key;
  }
  return null;
}

function diffValue(before: Json, after: Json): Json | undefined {
  if (Array.isArray(after)) return sameJson(before, after) ? undefined : after;
  if (!isObject(after) || !isObject(before)) return Object.is(before, after) ? undefined : after;
  const patch: Row = {};
  for (const key of Object.keys(before)) if (!(key in after)) patch[key] = null;
  for (const [key, value] of Object.entries(after)) {
    const old = before[key];
    if (Array.isArray(value) && Array.isArray(old)) diffList(patch, key, { old, value });
    else if (old === undefined) patch[key] = value;
    else {
      const change = diffValue(old, value);
      if (change !== undefined) patch[key] = change;
    }
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

function diffList(patch: Row, key: string, { old, value }: { old: Json[]; value: Json[] }): void {
  const by = keyOf([...old, ...value]);
  if (!by) {
    if (!sameJson(old, value)) patch[key] = value;
    return;
  }
  const before = new Map((old as Row[]).map((row) => [row[by] as string, row]));
  const changes: Row = {};
  for (const row of value as Row[]) {
    const name = row[by] as string;
    const known = before.get(name);
    const change = known ? diffValue(known, row) : row;
    if (change !== undefined) changes[name] = change;
    before.delete(name);
  }
  for (const name of before.keys()) changes[name] = null;
  if (Object.keys(changes).length > 0) patch[key] = changes;
  const order = (value as Row[]).map((row) => row[by] as string);
  const was = (old as Row[]).map((row) => row[by] as string);
  if (!sameJson(was, order)) patch.order = order;
}

const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
const sameJson = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
