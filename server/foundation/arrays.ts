/** A text array as PostgreSQL reads it; several times faster than the driver's own. */
export const textArray = (values: readonly (string | null)[]): string => `{${values.map(quoted).join(',')}}`;

/** An array of numbers, null where undefined. */
export const numberArray = (values: readonly (number | undefined | null)[]): string =>
  `{${values.map((value) => value ?? 'NULL').join(',')}}`;

/** An array of bytes, null where null. */
export const bytesArray = (values: readonly (Buffer | null)[]): string =>
  `{${values.map((value) => (value ? `"\\\\x${value.toString('hex')}"` : 'NULL')).join(',')}}`;

const PLAIN = /^[^"\\]*$/;

const quoted = (value: string | null): string => {
  if (value === null) return 'NULL';
  return PLAIN.test(value) ? `"${value}"` : `"${value.replace(/["\\]/g, '\\$&')}"`;
};
