import { enter } from '$lib/shell/entry.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = (event) => enter(event);
