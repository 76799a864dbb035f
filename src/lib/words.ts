import en from './words/en.json' with { type: 'json' };

/** The message catalogue. English first; a language is one more file of the same keys. */
export type Word = keyof typeof en;
export type Gaps = Record<string, string | number>;

const plural = new Intl.PluralRules('en');

/**
 * The text of a key with its {gaps} filled in. A text of the form `one|many` is chosen by the gap `n`.
 */
export function t(key: Word, gaps: Gaps = {}): string {
  const [one, many = one] = en[key].split('|') as [string, string?];
  const text = typeof gaps.n === 'number' && plural.select(gaps.n) === 'one' ? one : many;
  return text.replace(/\{(\w+)\}/g, (_, gap: string) => String(gaps[gap] ?? ''));
}

/** The text of a key built at run time (`status.met`), or the fallback where the catalogue has none. */
export function named(key: string, fallback: string): string {
  return key in en ? t(key as Word) : fallback;
}
