import account from './words/en/account.json' with { type: 'json' };
import badges from './words/en/badges.json' with { type: 'json' };
import coaching from './words/en/coaching.json' with { type: 'json' };
import floor from './words/en/floor.json' with { type: 'json' };
import points from './words/en/points.json' with { type: 'json' };
import rewards from './words/en/rewards.json' with { type: 'json' };
import team from './words/en/team.json' with { type: 'json' };
import wallboard from './words/en/wallboard.json' with { type: 'json' };
import type { OfficeWords } from './words/office.ts';

const floorWords = {
  ...floor,
  ...account,
  ...badges,
  ...coaching,
  ...points,
  ...rewards,
  ...team,
  ...wallboard,
};

/** The message catalogue. English first, a file per noun; a language is one more folder of the same keys. */
export type Word = keyof typeof floorWords | keyof OfficeWords;
export type Gaps = Record<string, string | number>;

const en: Record<string, string> = { ...floorWords };

/** Adds words that only some pages need, so that the others need not load them. */
export const learn = (words: Record<string, string>): void => void Object.assign(en, words);

const plural = new Intl.PluralRules('en');

/**
 * The text of a key with its {gaps} filled in. A text of the form `one|many` is chosen by the gap `n`.
 */
export function t(key: Word, gaps: Gaps = {}): string {
  const [one, many = one] = (en[key] as string).split('|') as [string, string?];
  const text = typeof gaps.n === 'number' && plural.select(gaps.n) === 'one' ? one : many;
  return text.replace(/\{(\w+)\}/g, (_, gap: string) => String(gaps[gap] ?? ''));
}

/** The text of a key built at run time (`status.met`), or the fallback where the catalogue has none. */
export function named(key: string, fallback: string): string {
  return key in en ? t(key as Word) : fallback;
}
