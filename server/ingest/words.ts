/** What sources write where no person answers for it. */
const NOBODY = new Set(['', 'NONE', '[NONE]', 'NO_SERVER', '-', '?']);

const EMOTION = /emotion|sentiment|mood|feeling|frustration|happiness/;
const AGENT = /agent|operator|advisor|adviser|employee|teammate|representative/;
const DEEPEST = 24;

/** Whether a source's agent name is a placeholder (`NONE`, `[None]`, `NO_SERVER`, `-`, `?`, blank): nobody. */
export function isNobody(name: string): boolean {
  return NOBODY.has(name.trim().toUpperCase());
}

/** Whether a fact that a source measures of an agent is by its name about feelings (a customer's are allowed). */
export function isEmotion(fact: string): boolean {
  const word = plain(fact);
  return EMOTION.test(word) && !word.includes('customer');
}

/**
 * What must never come in, found by walking every key: the path of the first field about an agent's feelings, of a
 * `__proto__` key, or of anything nested deeper than 24 levels. Null when there is none.
 */
export function forbiddenField(value: unknown): { path: string; why: 'emotion' | 'prototype' | 'depth' } | null {
  return walk(value, NOTHING_SEEN);
}

type Found = ReturnType<typeof forbiddenField>;
type Seen = { agent: boolean; emotion: boolean; depth: number };

const NOTHING_SEEN: Seen = { agent: false, emotion: false, depth: 0 };

function walk(value: unknown, seen: Seen): Found {
  if (value === null || typeof value !== 'object') return null;
  if (seen.depth > DEEPEST) return { path: '', why: 'depth' };
  const listed = Array.isArray(value);
  for (const key in value) {
    const found = look(listed ? NO_WORD : wordOf(key), (value as Record<string, unknown>)[key], seen);
    if (found) return { ...found, path: found.path ? `${key}.${found.path}` : key };
  }
  return null;
}

function look(word: Word, value: unknown, seen: Seen): Found {
  if (word.prototype) return { path: '', why: 'prototype' };
  const agent = !word.customer && (seen.agent || word.agent);
  const emotion = !word.customer && (seen.emotion || word.emotion);
  if (agent && emotion) return { path: '', why: 'emotion' };
  return typeof value === 'object' ? walk(value, { agent, emotion, depth: seen.depth + 1 }) : null;
}

type Word = { agent: boolean; emotion: boolean; customer: boolean; prototype: boolean };

const NO_WORD: Word = { agent: false, emotion: false, customer: false, prototype: false };
const WORDS_KEPT = 5_000;
const words = new Map<string, Word>();

/** What a field's name says; remembered, because the same few names come with every event. */
function wordOf(key: string): Word {
  const known = words.get(key);
  if (known) return known;
  const letters = plain(key);
  const customer = letters.includes('customer');
  const word = { agent: AGENT.test(letters), emotion: EMOTION.test(letters), customer, prototype: key === '__proto__' };
  if (words.size >= WORDS_KEPT) words.clear();
  words.set(key, word);
  return word;
}

function plain(key: string): string {
  return key.toLowerCase().replace(/[^a-z]/g, '');
}
