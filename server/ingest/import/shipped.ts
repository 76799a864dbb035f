import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ShippedMapping } from '#contract/imports.ts';
import { missing } from '#server/foundation/refusals.ts';
import { readMapping } from '../files/mapping.ts';

/** Where the mappings lie that come with the house. */
export const SHIPPED = path.resolve(import.meta.dirname, '../mappings');

/** The mappings that come with the house, by the name that an upload calls them. */
export async function shippedMappings(): Promise<ShippedMapping[]> {
  const names = (await readdir(SHIPPED))
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.basename(file, '.json'));
  return Promise.all(
    names
      .sort()
      .map(async (name) => ({ name, description: readMapping(await shippedMapping(name)).description ?? '' })),
  );
}

/** One of them, as it stands in its file. @throws Refusal missing */
export async function shippedMapping(name: string): Promise<unknown> {
  const files = await readdir(SHIPPED);
  // compared with what is there, never made into a path
  const file = files.find((one) => one === `${name}.json`);
  if (!file) throw missing('There is no mapping of this name.');
  return JSON.parse(await readFile(path.join(SHIPPED, file), 'utf8'));
}
