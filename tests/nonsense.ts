import fc from 'fast-check';

/** What of JSON Schema the doors use. */
export type Schema = {
  type?: string | string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  minimum?: number;
  maximum?: number;
};

/** A number as it is written, where JSON.stringify would write another. */
const written = (digits: string) => `@written ${digits}@`;

/** JSON with numbers that JavaScript cannot hold. */
export const jsonOf = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null').replaceAll(/"@written ([^@]*)@"/g, (_, digits) => digits);

const nested = (depth: number, inner: unknown): unknown => (depth === 0 ? inner : [nested(depth - 1, inner)]);

export const HOSTILE_TEXTS = [
  ...['', ' ', '\u0000', 'a\u0000b', '\ud800', 'x\udfff', '\ufeff', '\u202e', '\u2028', '🙂', 'é'.normalize('NFD')],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'null', 'undefined', 'NaN'],
  ...[
    "=cmd|'/c calc'!A1",
    '+1+1',
    '@SUM(A1)',
    '-2+3',
    '\t=1',
    '\r=1',
    '"=1"',
    "'; drop table events; --",
    '%',
    '_',
    '\\',
  ],
  ...[
    '<script>alert(1)</script>',
    '{{7*7}}',
    '${' + '7*7}',
    '../../etc/passwd',
    '%00',
    '%2F',
    'a/b',
    'javascript:alert(1)',
  ],
  ...[
    '0000-01-01',
    '2026-02-30',
    '9999-12-31T23:59:60Z',
    '+275760-09-13T00:00:00.001Z',
    '2026-03-29T02:30:00+99:99',
    '1e309',
  ],
  ...[
    'org',
    'site:',
    'team:__proto__',
    'person:',
    'person:ana',
    ':',
    'points:',
    'kpi:__proto__',
    'day@',
    '9'.repeat(400),
  ],
  'a'.repeat(20_000),
];

const HOSTILE: unknown[] = [
  ...HOSTILE_TEXTS,
  ...[null, true, false, 0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, 5e-324],
  ...[written('-0'), written('1e309'), written('-1e309'), written('9'.repeat(400)), written('1E+2')],
  ...[[], {}, [[]], [null], nested(500, 1), Array(3_000).fill(0), Array(600).fill({})],
  ...['{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"admin":true}}}'].map((text) => JSON.parse(text)),
];
export const hostile = fc.constantFrom(...HOSTILE);

const IDS = [
  'ana',
  'ben',
  'red',
  'blue',
  'main',
  'billing',
  'aht',
  'score',
  'adherence',
  'agent',
  'acd',
  'points',
  'mug',
];
const WORDS = [
  ...IDS,
  ...['day', 'week', 'month', 'hour', 'custom', 'org', 'team:red', 'site:main', 'person:ana', 'kpi:aht', 'voice'],
  ...['Europe/Berlin', 'EUR', 'ana@example.org', 'correct horse battery', '1', '50', 'true', 'handled / 2', 'talk_ms'],
  ...['2026-03-11', '2026-03-11T10:00:00Z', '2026-03-11T10:15:00.000Z', '2026-12-31T23:59:59+01:00', '2026-03'],
];
export const id = fc.constantFrom(...IDS);
const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
);

/** Mostly what the schema wants, here and there what nobody should send. */
export function wishFor(schema: Schema = {}, spite = 1): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 14, arbitrary: meant(schema, spite) }, { weight: spite, arbitrary: hostile });
}

function meant(schema: Schema, spite: number): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices?.length) return fc.oneof(...choices.map((one) => wishFor(one, spite)));
  const types = [schema.type ?? []].flat();
  if (types.length > 1) return fc.oneof(...types.map((type) => wishFor({ ...schema, type }, spite)));
  const make = BY_TYPE[types[0] ?? ''];
  return make ? make(schema, spite) : fc.jsonValue({ maxDepth: 2 });
}

const BY_TYPE: Record<string, (schema: Schema, spite: number) => fc.Arbitrary<unknown>> = {
  string: () => text,
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
  integer: (schema) => fc.integer(rangeOf(schema)),
  number: (schema) => fc.oneof(fc.integer(rangeOf(schema)), fc.double({ noNaN: true, noDefaultInfinity: true })),
  array: ({ items }, spite) => fc.array(wishFor(items, spite), { maxLength: 3 }),
  object: objectOf,
};

function objectOf({ properties = {}, required = [], additionalProperties }: Schema, spite: number) {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      required.includes(name)
        ? fc.oneof({ weight: 30, arbitrary: wishFor(schema, spite) }, { weight: 1, arbitrary: fc.constant(undefined) })
        : fc.option(wishFor(schema, spite), { nil: undefined, freq: 1 }),
    ]),
  );
  const named = fc.record(fields);
  if (typeof additionalProperties !== 'object') return named;
  const more = fc.dictionary(fc.oneof(text.map(String), id), wishFor(additionalProperties, spite), { maxKeys: 3 });
  return fc.tuple(named, more).map(([one, other]) => ({ ...other, ...one }));
}

function rangeOf({ minimum = -10, maximum = 1_000_000 }: Schema): { min: number; max: number } {
  const min = Math.max(Math.ceil(minimum), -(2 ** 31));
  return { min, max: Math.max(min, Math.min(Math.floor(maximum), 2 ** 31 - 1)) };
}
