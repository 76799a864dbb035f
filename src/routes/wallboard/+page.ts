import { readIfAny } from '$lib/api.ts';
import type { PageLoad } from './$types';
import type { WallBody } from './wall.ts';

/** A screen that is paired already is drawn at once, by its cookie. */
export const load: PageLoad = async ({ fetch }) => ({ body: await readIfAny<WallBody>(fetch, 'wall') });
