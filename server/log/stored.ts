type Data = Record<string, unknown>;

/** Data as the log gives it back, JSON having no `undefined` and no negative zero: the same object where it holds neither. */
export const asStored = (data: Data): Data => (isPlain(data) ? data : (JSON.parse(JSON.stringify(data)) as Data));

function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return !Object.is(value, -0);
  if (typeof value !== 'object') return value !== undefined;
  if (value === null) return true;
  for (const key in value) if (!isPlain((value as Data)[key])) return false;
  return true;
}
