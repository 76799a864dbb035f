/** A text array as PostgreSQL reads it; several times faster than the driver's own. */
export function textArray(values: readonly (string | null)[]): string {
  if (values.length === 0 || values.includes(null) || SPECIAL.test(values.join('')))
    return `{${values.map(quoted).join(',')}}`;
  return `{"${values.join('","')}"}`;
}

/** An array of numbers, null where undefined. */
export function numberArray(values: readonly (number | undefined | null)[]): string {
  let text = '';
  for (const value of values) text += text === '' ? (value ?? 'NULL') : `,${value ?? 'NULL'}`;
  return `{${text}}`;
}

/** An array of bytes, null where null. */
export const bytesArray = (values: readonly (Buffer | null)[]): string =>
  `{${values.map((value) => (value ? `"\\\\x${value.toString('hex')}"` : 'NULL')).join(',')}}`;

const SPECIAL = /["\\]/;

const quoted = (value: string | null): string => {
  if (value === null) return 'NULL';
  return SPECIAL.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
};
