type Data = Record<string, unknown>;

/** Data as the log gives it back, JSON having no `undefined` and no negative zero: the same object where it holds neither. */
export const asStored = (data: Data): Data => (isPlain(data) ? data : (JSON.parse(JSON.stringify(data)) as Data));

function isPlain(data: Data): boolean {
  for (const key in data) {
    const value = data[key];
    if (value === 0 ? Object.is(value, -0) : value === undefined) return false;
    if (typeof value === 'object' && value !== null && !isPlain(value as Data)) return false;
  }
  return true;
}
