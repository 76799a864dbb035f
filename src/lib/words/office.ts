import { learn } from '$lib/words.ts';
import definitions from './en/definitions.json' with { type: 'json' };
import office from './en/office.json' with { type: 'json' };
import sources from './en/sources.json' with { type: 'json' };

const officeWords = { ...definitions, ...office, ...sources };

/** What only the pages of the office say; whoever shows one of them imports this file. */
export type OfficeWords = typeof officeWords;

learn(officeWords);
