// What nobody should send, at every door that the house says it has. FUZZ_CASES=50000 asks more, FUZZ_SEED=n repeats a run.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EVENT_DATA } from '../../src/lib/contract/events.ts';
import { leg } from '../legs.ts';
import { HOSTILE_TEXTS, hostile, id, jsonOf, type Schema, wishFor } from '../nonsense.ts';
import { KEY, newHouse, type Open } from '../open-house.ts';
import { rebuilt } from '../rebuilt.ts';
import { RIGHT_BODIES } from '../right-bodies.ts';
import type { World } from '../world.ts';

const CASES = Number(process.env.FUZZ_CASES ?? 5_000);
const share = (part: number) => ({ numRuns: Math.ceil(CASES * part), seed: SEED });
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const ADMIN = { ADMIN_EMAIL: 'admin@example.org', ADMIN_PASSWORD: 'correct horse battery' };
const PLENTY = { CALLS_PER_MINUTE: '10000000', KEY_CALLS_PER_MINUTE: '10000000' };
/** After these there is nobody left to ask as. */
const ENDS = /(DELETE .*\/session|DELETE .*\/sessions|PUT .*\/account)/;
const MOST_MS = 8_000;

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';
type Case = { method: Method; url: string; headers: Record<string, string>; payload?: string | Buffer };
let house: Open;
let cookie = '';
const lines: string[] = [];

beforeAll(async () => {
  console.log(`fuzz: seed ${SEED}, ${CASES} cases`);
  const logTo = { write: (line: string) => void lines.push(line) };
  house = await newHouse({ env: { ...ADMIN, ...PLENTY, TIME_ZONE: 'UTC' }, log: 'error', logTo });
  await house.call('PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main' }]);
  const people = ['ana', 'ben'].map((person) => ({
    id: person,
    name: person,
    roles: ['agent'],
    team: 'red',
    identities: [{ source: 'acd', agent: person }],
  }));
  await house.call('PUT', '/api/v1/people', people);
  await house.call('POST', '/api/v1/events', [leg('c1', 'ana'), leg('c2', 'ben')]);
  const answer = await house.app.inject({
    method: 'POST',
    url: '/api/v1/session',
    payload: { email: ADMIN.ADMIN_EMAIL, password: ADMIN.ADMIN_PASSWORD },
  });
  cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
});
afterAll(() => house?.shut());

describe('whatever is sent', { timeout: 120_000 * Math.max(1, CASES / 5_000) }, () => {
  it('to any door of the description, is refused or done, and never a failure', async () => {
    const { body } = await house.call('GET', '/api/v1/openapi.json');
    const doors = Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        path,
        method: method.toUpperCase() as Method,
        operation,
      })),
    );
    expect(doors.length).toBeGreaterThan(80);
    const cases = fc.oneof(...doors.filter((door) => !ENDS.test(`${door.method} ${door.path}`)).map(caseAt));
    expect(await failures(fc.sample(cases, share(0.4)))).toEqual([]);
  });

  it('as a right body with one part made wrong, likewise; and the right ones are right', async () => {
    const wrong: unknown[] = [];
    for (const [method, url, body] of RIGHT_BODIES) {
      const { statusCode } = await house.app.inject({ method, url, headers: { cookie }, payload: body as object });
      if (statusCode >= 300 && !NOT_WITHOUT_MORE.has(url)) wrong.push([url, statusCode]);
    }
    expect(wrong).toEqual([]);
    expect(await failures(fc.sample(spoiled, share(0.25)))).toEqual([]);
  });

  it('as events, in any content type, is taken, refused one by one, or refused whole', async () => {
    expect(await failures(fc.sample(ingest, share(0.2)))).toEqual([]);
  });

  it('as a file, with any mapping or as a queue_log, is reported row by row or refused', async () => {
    expect(await failures(fc.sample(upload, share(0.05)))).toEqual([]);
  });

  it('as a formula, is refused or calculates', async () => {
    expect(await failures(fc.sample(formulas, share(0.1)))).toEqual([]);
  });

  it('leaves no event aside, no difference from the log, nothing changed in an object’s ancestors, and a house that serves', async () => {
    const { body } = await house.call('POST', '/api/v1/events', [leg('last', 'ana')]);
    const { status } = await house.surely('GET', `/api/v1/people/ana/performance?after=${body.position}`);
    expect(status).toBe(200);
    expect(await house.every.rows('select consumer, reason from dead_letters')).toEqual([]);
    expect((await rebuilt({ ...house.ground, orgId: 1, url: house.databaseUrl } as World)).differences).toEqual([]);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
    expect(lines).toEqual([]);
  });

  it('comes out of no table as a formula', async () => {
    const lists = [
      'people',
      'teams',
      'sites',
      'queues',
      'kpis',
      'rewards',
      'sources',
      'unmapped',
      'keys',
      'audit',
      'accounts',
    ];
    for (const list of lists) {
      const answer = await house.app.inject({ url: `/api/v1/${list}?format=csv`, headers: { cookie } });
      expect([list, answer.statusCode]).toEqual([list, 200]);
      expect([list, cellsOf(answer.body).filter((cell) => /^[=+@\t\r]|^-(?!\d+(\.\d+)?$)/.test(cell))]).toEqual([
        list,
        [],
      ]);
    }
  });
});

type Parameter = { name: string; in: string; schema?: Schema };
type Operation = { parameters?: Parameter[]; requestBody?: { content?: Record<string, { schema?: Schema }> } };

const as = fc
  .oneof(
    { weight: 4, arbitrary: fc.constant('key') },
    { weight: 10, arbitrary: fc.constant('admin') },
    fc.constant('nobody'),
  )
  .map((who): Record<string, string> => {
    if (who === 'key') return { authorization: `Bearer ${KEY}` };
    return who === 'admin' ? { cookie } : {};
  });

const QUERY = [
  'limit',
  'cursor',
  'window',
  'at',
  'from',
  'to',
  'scope',
  'mode',
  'knownAt',
  'sort',
  'format',
  'measure',
  'subject',
];
const cursors = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS).map((text) => Buffer.from(text).toString('base64url')),
  hostile.map((value) => Buffer.from(jsonOf([value, value])).toString('base64url')),
  fc.base64String(),
);

function caseAt({
  path,
  method,
  operation,
}: {
  path: string;
  method: Method;
  operation: Operation;
}): fc.Arbitrary<Case> {
  const declared = new Map(
    (operation.parameters ?? []).filter((one) => one.in === 'query').map((one) => [one.name, one.schema]),
  );
  for (const name of QUERY) if (!declared.has(name) && method === 'GET') declared.set(name, undefined);
  declared.delete('after');
  const query = fc.record(
    Object.fromEntries(
      [...declared].map(([name, schema]) => [
        name,
        name === 'cursor' ? cursors : wishFor(schema ?? { type: 'string' }, 3),
      ]),
    ),
    { requiredKeys: [] },
  );
  const places = [...path.matchAll(/\{(\w+)\}/g)].length;
  const inPath = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: id as fc.Arbitrary<string> },
      fc.constantFrom(...HOSTILE_TEXTS.filter((one) => one !== '')),
    ),
    { minLength: places, maxLength: places },
  );
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  const body = method === 'GET' ? fc.constant(undefined) : fc.oneof({ weight: 9, arbitrary: wishFor(schema) }, hostile);
  return fc.record({ inPath, query: fc.option(query, { nil: {} }), body, headers: as }).map((given) => {
    const filled = given.inPath.values();
    const at = path.replaceAll(/\{\w+\}/g, () => encoded(String(filled.next().value)));
    const search = Object.entries(given.query).map(([name, value]) => `${name}=${encoded(String(value))}`);
    const url = search.length > 0 ? `${at}?${search.join('&')}` : at;
    if (given.body === undefined) return { method, url, headers: given.headers };
    const headers = { ...given.headers, 'content-type': 'application/json' };
    return { method, url, headers, payload: jsonOf(given.body) };
  });
}

const encoded = (value: string) => encodeURIComponent(value.toWellFormed()).slice(0, 4_000).replace(/%.?$/, '');

const TYPES = Object.keys(EVENT_DATA) as (keyof typeof EVENT_DATA)[];
const envelope = fc.oneof(
  ...TYPES.map((type) => {
    const data = z.toJSONSchema(EVENT_DATA[type] as z.ZodType, { io: 'input', unrepresentable: 'any' }) as Schema;
    return fc.record(
      {
        specversion: fc.oneof({ weight: 9, arbitrary: fc.constant('1.0') }, hostile),
        id: fc.oneof({ weight: 9, arbitrary: fc.uuid() }, { weight: 2, arbitrary: fc.constant('same') }, hostile),
        source: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('acd', 'crm') }, hostile),
        type: fc.oneof({ weight: 20, arbitrary: fc.constant(type as string) }, hostile),
        time: fc.oneof(
          { weight: 9, arbitrary: fc.constantFrom('2026-03-11T10:00:00Z', new Date().toISOString()) },
          hostile,
        ),
        data: fc.oneof({ weight: 20, arbitrary: wishFor(data) }, hostile),
        __proto__: fc.constant(null),
      },
      { requiredKeys: ['specversion', 'id', 'source', 'type', 'time', 'data'] },
    );
  }),
);

/** Bytes that were JSON, with some of them changed, cut or doubled. */
const torn = (json: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc.tuple(json, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(9)).map(([text, changes, cut]) => {
    const bytes = Buffer.from(text);
    for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return cut === 0 ? bytes.subarray(0, bytes.length >> 1) : bytes;
  });
const batch = fc.array(fc.oneof({ weight: 9, arbitrary: envelope }, hostile), { maxLength: 5 });
const one = envelope.map(jsonOf);
const CONTENT: [string, fc.Arbitrary<string | Buffer>][] = [
  ['application/json', batch.map(jsonOf)],
  ['application/json; charset=utf-16le', batch.map((events) => Buffer.from(jsonOf(events), 'utf16le'))],
  ['application/json; charset=nonsense', one],
  ['application/cloudevents+json', one],
  ['application/cloudevents-batch+json', batch.map(jsonOf)],
  ['application/x-ndjson', batch.map((events) => events.map(jsonOf).join('\n'))],
  ['application/json', torn(batch.map(jsonOf))],
  ['application/x-ndjson', torn(batch.map((events) => events.map(jsonOf).join('\n')))],
  ['text/plain', one],
  ['', one],
  ['application/json;;;=', one],
];
const header = fc.constantFrom(...HOSTILE_TEXTS.filter((text) => /^[\x20-\x7e]+$/.test(text) && text.length < 2_000));
const binary = fc
  .record({
    type: fc.oneof(fc.constantFrom(...TYPES), header),
    id: header,
    source: header,
    time: header,
    data: hostile,
  })
  .map(({ data, ...ce }): Case => {
    const headers = Object.fromEntries(Object.entries(ce).map(([name, value]) => [`ce-${name}`, value]));
    const all = {
      ...headers,
      'ce-specversion': '1.0',
      'content-type': 'application/json',
      authorization: `Bearer ${KEY}`,
    };
    return { method: 'POST', url: '/api/v1/events', headers: all, payload: jsonOf(data) };
  });
const ingest: fc.Arbitrary<Case> = fc.oneof(
  ...CONTENT.map(([type, payload]) =>
    payload.map((bytes): Case => {
      const headers = { 'content-type': type, authorization: `Bearer ${KEY}` };
      return { method: 'POST', url: '/api/v1/events?detail=true', headers, payload: bytes };
    }),
  ),
  binary,
);

const cell = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('ana', '1', '11.03.2026 09:00', '03:20', '', '1773219600', 'NONE') },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_TEXTS.filter((text) => text.length < 2_000)) },
  { weight: 1, arbitrary: fc.constantFrom('"', '""', '"a;b"', '"a\nb"', '\ufeff', "=cmd|' /C calc'!A0") },
);
const table = fc
  .array(fc.array(cell, { maxLength: 6 }), { maxLength: 12 })
  .map((rows) => ['id;at;who;talk', ...rows.map((row) => row.join(';'))].join('\n'));
const VERBS = [
  'ENTERQUEUE',
  'CONNECT',
  'COMPLETEAGENT',
  'COMPLETECALLER',
  'ABANDON',
  'RINGNOANSWER',
  'ADDMEMBER',
  'PAUSE',
  'BLINDTRANSFER',
];
const queueLog = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constant('1773219600'), cell),
      fc.oneof(fc.constantFrom('c1', 'c2', '__proto__'), cell),
      cell,
      cell,
      fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...VERBS) }, cell),
      fc.array(cell, { maxLength: 5 }),
    ),
    { maxLength: 20 },
  )
  .map((rows) => rows.map((row) => row.flat().join('|')).join('\n'));
const MAPPING = {
  name: 'calls',
  delimiter: ';',
  zone: 'Europe/Berlin',
  skip: [{ when: [{ column: 'who', is: ['test'] }], reason: 'a test call' }],
  events: [
    {
      type: 'interaction.ended',
      id: { columns: ['id'] },
      data: {
        interactionId: { column: 'id' },
        queue: { constant: 'sales' },
        offeredAt: { stamp: { at: 'at', format: 'dd.MM.yyyy HH:mm' } },
        endedAt: { stamp: { at: 'at', format: 'dd.MM.yyyy HH:mm' } },
        outcome: { constant: 'handled' },
        agent: { column: 'who' },
        talkMs: { duration: 'talk', unit: 'mm:ss' },
      },
    },
  ],
};
const mapping = withOnePartWrong(MAPPING);
const upload: fc.Arbitrary<Case> = fc
  .oneof(
    fc.record({
      how: fc.oneof(fc.constant(MAPPING), mapping).map((given) => ({ source: 'file', mapping: given })),
      file: table,
    }),
    fc.record({ how: fc.constant({ source: 'pbx', format: 'queue_log', zone: 'UTC' }), file: queueLog }),
    fc.record({ how: hostile, file: table }),
  )
  .map(({ how, file }) => {
    const parts = [
      `--edge\r\ncontent-disposition: form-data; name="how"\r\n\r\n${jsonOf(how)}\r\n`,
      `--edge\r\ncontent-disposition: form-data; name="file"; filename="x.csv"\r\n\r\n${file}\r\n--edge--\r\n`,
    ];
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'multipart/form-data; boundary=edge' };
    return { method: 'POST', url: '/api/v1/imports', headers, payload: parts.join('') };
  });

/** A right body that still is refused: points to spend, a token to show, a password. */
const NOT_WITHOUT_MORE = new Set([
  '/api/v1/grants',
  '/api/v1/redemptions',
  '/api/v1/invitation/view',
  '/api/v1/session',
]);
const spoiled: fc.Arbitrary<Case> = fc.oneof(
  ...RIGHT_BODIES.map(([method, url, body]) =>
    fc.record({ body: withOnePartWrong(body), headers: as }).map(({ body: given, headers }) => {
      return { method, url, headers: { ...headers, 'content-type': 'application/json' }, payload: jsonOf(given) };
    }),
  ),
);

/** The same with one of its parts, or one part of a list more, made wrong. */
function withOnePartWrong(right: unknown): fc.Arbitrary<unknown> {
  const paths = pathsOf(right);
  const other = fc.oneof({ weight: 3, arbitrary: hostile }, { weight: 1, arbitrary: wishFor({ type: 'string' }) });
  return fc
    .record({ place: fc.nat(paths.length - 1), value: other })
    .map(({ place, value }) => replaced(right, paths[place] ?? [], value));
}

const OPERAND = [
  'talk_ms',
  'handled',
  'hold_ms',
  '0',
  '1',
  '9'.repeat(30),
  '1e309',
  '0.1',
  '__proto__',
  'constructor',
  '"x"',
  '[1]',
];
const { formula } = fc.letrec<{ formula: string }>((tie) => ({
  formula: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...OPERAND),
    fc
      .tuple(tie('formula'), fc.constantFrom('+', '-', '*', '/', '%', '<', '==', '&&', '?', 'in', '.'), tie('formula'))
      .map((parts) => parts.join(' ')),
    tie('formula').map((inner) => `(${inner})`),
    tie('formula').map((inner) => `min(${inner}, ${inner})`),
    tie('formula').map((inner) => `${inner} > 1 ? ${inner} : 2`),
    tie('formula').map((inner) => `[1,2].map(x, ${inner})`),
    tie('formula').map((inner) => `"aaaaaaaaaaaaaaaaaaaaaaaaaaaa!".matches("(a+)+$") || ${inner}`),
    fc.constantFrom(...HOSTILE_TEXTS),
    fc.nat(3_000).map((depth) => `${'('.repeat(depth)}1${')'.repeat(depth)}`),
  ),
}));
const formulas: fc.Arbitrary<Case> = fc
  .tuple(formula, fc.oneof(fc.constant('handled'), formula))
  .map(([value, sample]) => ({
    method: 'PUT',
    url: '/api/v1/kpis/fuzzed',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    payload: jsonOf({ name: 'F', unit: 'ms', better: 'lower', kind: 'mean', value, sample, minSample: 1 }),
  }));

/** What failed or hung, as somebody would have to send it again. */
async function failures(cases: Case[]): Promise<string[]> {
  const found: string[] = [];
  const seen: Record<number, number> = {};
  for (const one of cases) {
    const from = performance.now();
    const { statusCode, headers } = await house.app.inject(one);
    const ms = performance.now() - from;
    seen[statusCode] = (seen[statusCode] ?? 0) + 1;
    // told to come back later is no failure
    const failed = statusCode >= 500 && !(statusCode === 503 && headers['retry-after']);
    if (failed || ms > MOST_MS)
      found.push(
        `${statusCode} in ${Math.round(ms)} ms: ${one.method} ${one.url} ${one.headers['content-type'] ?? ''} ${String(one.payload ?? '').slice(0, 600)}`,
      );
  }
  console.log(`fuzz: answers by status ${JSON.stringify(seen)}`);
  return found.slice(0, 20);
}

type Path = (string | number)[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...at, key]))];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

/** The cells of a table with a byte order mark and quotes. */
function cellsOf(csv: string): string[] {
  const cells: string[] = [];
  for (const [, quoted, plain] of csv.replace(/^\ufeff/, '').matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(?:,|\r?\n|$)/g))
    cells.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
  return cells;
}
