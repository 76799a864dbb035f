import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (name: string): Record<string, string> =>
  JSON.parse(readFileSync(`src/lib/words/en/${name}`, 'utf8')) as Record<string, string>;
const FILES = readdirSync('src/lib/words/en');
/** Words that are loaded with the pages of the office alone. */
const OFFICE = ['definitions.json', 'office.json', 'sources.json'];

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(ts|svelte)$/.test(path))
  .map((path) => ({ path, text: readFileSync(`src/${path}`, 'utf8') }));

it('no word is in two files', () => {
  const keys = FILES.flatMap((file) => Object.keys(read(file)));
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
});

it('whoever is not in the office says no word of the office', () => {
  const office = new Set(OFFICE.flatMap((file) => Object.keys(read(file))));
  const said = sources
    .filter(({ path }) => !path.startsWith('routes/(office)'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/['"]([a-z]+(?:\.[\w-]+)+)['"]/g)]
        .map(([, key]) => key as string)
        .filter((key) => office.has(key))
        .map((key) => `${path}: ${key}`),
    );
  expect(said).toEqual([]);
});

it('the office takes its words from where they are learnt', () => {
  const elsewhere = sources.filter(
    ({ path, text }) => path.startsWith('routes/(office)') && text.includes("'$lib/words.ts'"),
  );
  expect(elsewhere.map(({ path }) => path)).toEqual([]);
});
