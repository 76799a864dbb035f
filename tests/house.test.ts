// The laws of the house. A failing line names the file and the law it broke.
import { readdirSync, readFileSync } from 'node:fs';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { furnish } from '../server/foundation/http.ts';

// Storeys in the order data rises. A room may import any storey below its own, and nothing beside or above it.
const STOREYS = [
  ['foundation'],
  ['log'],
  ['people'],
  ['ingest'],
  ['facts'],
  ['attainment'],
  ['game/points'],
  ['game/leaderboards', 'game/badges', 'game/levels', 'game/streaks', 'game/challenges', 'game/rewards'],
  ['recognition', 'quality', 'learning', 'planning'],
  ['coaching', 'reports', 'wallboard'],
  ['live'],
];
// These stand outside the rooms and see all of them.
const OUTSIDE = [
  'main.ts',
  'house.ts',
  'flow.ts',
  'doors.ts',
  'import.ts',
  'rebuild.ts',
  'seal.ts',
  'backup.ts',
  'restore.ts',
  'organisation.ts',
  'demo',
];

type File = { path: string; text: string };
const files = (dir: string): File[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => `${dir}/${name}`)
    .filter((path) => /\.(ts|svelte)$/.test(path) && !path.includes('/paraglide/'))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const house = [...files('server'), ...files('src')];

const ROOMS = STOREYS.flat();
const storey = (room: string) => STOREYS.findIndex((rooms) => rooms.includes(room));
const roomOf = (path: string) => ROOMS.find((room) => path.startsWith(`server/${room}/`));
const importsOf = (text: string) =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, from]) => from as string);
const breaches = (of: File[], law: (path: string, from: string) => boolean) =>
  of.flatMap(({ path, text }) =>
    importsOf(text)
      .filter((from) => law(path, from))
      .map((from) => `${path} -> ${from}`),
  );
const breaking = (of: File[], law: (file: File) => boolean) => of.filter(law).map(({ path }) => path);
const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '');

const LAWS: Record<string, (of: File[]) => string[]> = {
  'data rises: a room imports only the storeys below it': (of) =>
    breaches(of, (path, from) => {
      const here = roomOf(path);
      const there = roomOf(from.replace('#server/', 'server/'));
      return !!here && !!there && here !== there && storey(there) >= storey(here);
    }),
  'every file of the server is in a room, or stands outside by name': (of) =>
    breaking(
      of,
      ({ path }) =>
        path.startsWith('server/') &&
        !roomOf(path) &&
        !OUTSIDE.some((name) => path === `server/${name}` || path.startsWith(`server/${name}/`)),
    ),
  'rooms are entered by name: #server/room/file between rooms, ./ within one': (of) =>
    breaches(of, (path, from) =>
      path.startsWith('server/') && from.startsWith('../') && roomOf(path) === undefined
        ? !path.startsWith('server/demo/')
        : from.startsWith('../') && outOfRoom(path, from),
    ),
  'the screen knows the contract, never the server': (of) =>
    breaches(of, (path, from) => path.startsWith('src/') && /(^#server\/|\/server\/)/.test(from)),
  'the server takes from src only the contract': (of) =>
    breaches(of, (path, from) => path.startsWith('server/') && (/(^|\/)src\//.test(from) || from.startsWith('$'))),
  'the contract stands alone': (of) =>
    breaches(of, (path, from) => path.startsWith('src/lib/contract/') && /^(#|\$|\.\.)/.test(from)),
  'rules do no I/O and own no clock': (of) =>
    breaking(
      of,
      ({ path, text }) =>
        /(^|[/-])rules\.ts$/.test(path) &&
        /\b(Date\.now|new Date\(\)|Math\.random|await |fetch\()|from '(node:(?!crypto)|drizzle|ioredis|pg|#server\/foundation\/(db|redis))/.test(
          code(text),
        ),
    ),
  'SQL and Redis only in stores and the foundation': (of) =>
    breaking(
      of,
      ({ path, text }) =>
        path.startsWith('server/') &&
        !/(^server\/foundation\/|[/-]store\.ts$|\/tables\.ts$|\/health\.ts$)/.test(path) &&
        /\b(select|insert into|update|delete from)\s+[\w$'"*({]|\.(zadd|hset|zrange|hget|publish|subscribe)\(/.test(
          sqlIn(text),
        ),
    ),
  'every file with routes says who may': (of) =>
    breaking(
      of,
      ({ path, text }) =>
        path.startsWith('server/') && /\bapp\.(get|put|post|delete|patch|all)\(/.test(text) && !/\bmay:/.test(text),
    ),
  'no file outgrows its room': (of) =>
    breaking(of, ({ path, text }) => text.split('\n').length > (path.endsWith('.svelte') ? 220 : 250)),
  'every file has a name of its own': (of) =>
    breaking(of, ({ path }) =>
      /\/(utils?|helpers?|common|misc|manager|service|handler|index)(\.svelte)?\.(ts|svelte)$/.test(path),
    ),
  'no default exports in the server': (of) =>
    breaking(of, ({ path, text }) => path.startsWith('server/') && /^export default/m.test(text)),
};

for (const [name, law] of Object.entries(LAWS)) it(name, () => expect(law(house)).toEqual([]));

const PLANTED: Record<string, File> = {
  'data rises: a room imports only the storeys below it': {
    path: 'server/facts/x.ts',
    text: "import { a } from '#server/attainment/rules.ts';",
  },
  'every file of the server is in a room, or stands outside by name': { path: 'server/tools/x.ts', text: '' },
  'rooms are entered by name: #server/room/file between rooms, ./ within one': {
    path: 'server/facts/x.ts',
    text: "import { a } from '../people/rules.ts';",
  },
  'the screen knows the contract, never the server': {
    path: 'src/lib/x.ts',
    text: "import { a } from '#server/facts/rules.ts';",
  },
  'the server takes from src only the contract': {
    path: 'server/facts/x.ts',
    text: "import { a } from '../../src/lib/format.ts';",
  },
  'the contract stands alone': { path: 'src/lib/contract/x.ts', text: "import { a } from '../format.ts';" },
  'rules do no I/O and own no clock': { path: 'server/facts/rules.ts', text: 'const a = Date.now();' },
  'SQL and Redis only in stores and the foundation': {
    path: 'server/facts/routes.ts',
    text: "await tx.rows('select * from facts');",
  },
  'every file with routes says who may': { path: 'server/facts/routes.ts', text: "app.get('/x', async () => 1);" },
  'no file outgrows its room': { path: 'server/facts/x.ts', text: '\n'.repeat(260) },
  'every file has a name of its own': { path: 'server/facts/utils.ts', text: '' },
  'no default exports in the server': { path: 'server/facts/x.ts', text: 'export default 1;' },
};

it.each(Object.keys(LAWS))('the law bites: %s', (name) => {
  const planted = PLANTED[name] as File;
  expect(LAWS[name]?.([planted])).not.toEqual([]);
});

it('a route that does not say who may is not built', () => {
  const app = Fastify();
  furnish(app);
  expect(() => app.get('/x', async () => 1)).toThrow('does not say who may');
  expect(() => app.get('/y', { config: { may: () => true } }, async () => 1)).not.toThrow();
});

/** The strings of a file, where its SQL would be. */
function sqlIn(text: string): string {
  const strings = [...code(text).matchAll(/`[^`]*`|'[^'\n]*'|"[^"\n]*"/g)].map(([string]) => string);
  const calls = [...code(text).matchAll(/\.(zadd|hset|zrange|hget|publish|subscribe)\(/g)].map(([call]) =>
    text.includes('redis') ? call : '',
  );
  return [...strings.filter((string) => /\b(from|into|set|values)\b/i.test(string)), ...calls].join('\n');
}

/** Whether a relative import leaves the room of its file; a room's own subfolders are within. */
function outOfRoom(path: string, from: string): boolean {
  const room = roomOf(path);
  if (!room) return false;
  const target = new URL(from, `file:///${path}`).pathname.slice(1);
  return !target.startsWith(`server/${room}/`);
}
