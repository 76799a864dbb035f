// What is locked is at least what its known faults were mended in, and nothing that must never come in has come in.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

type Lock = { packages: Record<string, { version?: string; resolved?: string }> };
const root = path.resolve(import.meta.dirname, '../..');
const lock: Lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));

/** Name -> the first version without a fault that is known. */
const FLOORS: Record<string, string> = {
  'socket.io-parser': '4.2.7',
  'engine.io': '6.6.7',
  fastify: '5.8.5',
  '@sveltejs/kit': '2.60.1',
  svelte: '5.53.5',
  devalue: '5.6.3',
  'drizzle-orm': '0.45.2',
};
/** Not needed today; if it comes, then not below this. */
const FLOORS_IF_THERE: Record<string, string> = { '@fastify/static': '9.1.1' };
const NEVER = ['expr-eval', 'xlsx', 'fastify-socket.io', 'postgres', 'lucia', 'redis-memory-server'];

/** Every copy of a package in the lock file, nested ones too. */
const copiesOf = (name: string, of: Lock = lock): string[] =>
  Object.entries(of.packages)
    .filter(([at]) => at.endsWith(`node_modules/${name}`))
    .map(([, { version }]) => version ?? '');

function isAtLeast(version: string, floor: string): boolean {
  const [mine, least] = [version, floor].map((text) => text.split('-')[0]?.split('.').map(Number) ?? []);
  for (let at = 0; at < 3; at++) {
    const difference = (mine?.[at] ?? 0) - (least?.[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  // a forerunner of the floor is below it
  return !version.includes('-');
}

const below = (name: string, floor: string, of?: Lock) =>
  copiesOf(name, of).filter((version) => !isAtLeast(version, floor));

describe('what is locked', () => {
  it.each(Object.entries(FLOORS))('%s is there, and nowhere below %s', (name, floor) => {
    expect(copiesOf(name)).not.toEqual([]);
    expect(below(name, floor)).toEqual([]);
  });

  it.each(Object.entries(FLOORS_IF_THERE))('%s is nowhere below %s', (name, floor) => {
    expect(below(name, floor)).toEqual([]);
  });

  it.each(NEVER)('%s is not in the house', (name) => {
    expect(copiesOf(name)).toEqual([]);
  });

  it('comes from the registry, and direct dependencies are pinned to the digit', () => {
    const elsewhere = Object.entries(lock.packages)
      .filter(([, { resolved }]) => resolved !== undefined && !/^https:\/\/registry\.npmjs\.org\//.test(resolved))
      .map(([at]) => at);
    expect(elsewhere).toEqual([]);
    const wishes = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    const all = { ...wishes.dependencies, ...wishes.devDependencies, ...wishes.optionalDependencies };
    expect(Object.entries(all).filter(([, wish]) => !/^(npm:.+@)?\d/.test(String(wish)))).toEqual([]);
  });
});

describe('the look at versions bites', () => {
  const lockWith = (at: string, version: string): Lock => ({ packages: { [at]: { version } } });
  it.each([
    ['node_modules/engine.io', '6.6.6'],
    ['node_modules/socket.io/node_modules/engine.io', '6.5.9'],
    ['node_modules/engine.io', '5.9.9'],
    ['node_modules/engine.io', '6.6.7-beta.1'],
  ])('%s at %s', (at, version) => {
    expect(below('engine.io', '6.6.7', lockWith(at, version))).toEqual([version]);
  });

  it('not at what is new enough', () => {
    for (const version of ['6.6.7', '6.6.10', '6.10.0', '10.0.0'])
      expect(below('engine.io', '6.6.7', lockWith('node_modules/engine.io', version))).toEqual([]);
  });
});
