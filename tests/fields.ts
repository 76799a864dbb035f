/** The paths of all fields of an answer: `items[].person.id`. Keys that are data (facts, KPIs, zones) are one star. */
export function fieldsOf(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => fieldsOf(one, `${at}[]`)))];
  if (value === null || typeof value !== 'object') return [at];
  const entries = Object.entries(value).map(([key, one]) => [ANY_KEY.test(at) ? '*' : key, one] as const);
  return [...new Set(entries.flatMap(([key, one]) => fieldsOf(one, at ? `${at}.${key}` : key)))];
}

const ANY_KEY = /(^|\.)(facts|counts|marks|minSample|data)$/;

/** Where in an answer a text stands that matches: the paths of those fields. */
export function placesOf(value: unknown, pattern: RegExp, at = ''): string[] {
  if (typeof value === 'string') return pattern.test(value) ? [at] : [];
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => placesOf(one, pattern, `${at}[]`)))];
  if (value === null || typeof value !== 'object') return [];
  const keys = Object.keys(value).some((key) => pattern.test(key)) ? [`${at}.*`] : [];
  const within = Object.entries(value).flatMap(([key, one]) => placesOf(one, pattern, at ? `${at}.${key}` : key));
  return [...new Set([...keys, ...within])];
}
