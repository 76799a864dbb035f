import { learn } from '$lib/words.ts';
import definitions from './en/definitions.json' with { type: 'json' };
import office from './en/office.json' with { type: 'json' };
import sources from './en/sources.json' with { type: 'json' };

export { named, t, type Word } from '$lib/words.ts';

const officeWords = { ...definitions, ...office, ...sources };

/** What only the pages of the office say. They take `t` from here, so that no word is asked for before it is learnt. */
export type OfficeWords = typeof officeWords;

learn(officeWords);
