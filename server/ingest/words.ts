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
  return walk(value, { path: '', agent: false, emotion: false, depth: 0 });
}

type Place = { path: string; agent: boolean; emotion: boolean; depth: number };
type Found = ReturnType<typeof forbiddenField>;

function walk(value: unknown, place: Place): Found {
  if (value === null || typeof value !== 'object') return null;
  if (place.depth > DEEPEST) return { path: place.path, why: 'depth' };
  for (const key of Object.keys(value)) {
    const below = step(key, place, Array.isArray(value));
    if (key === '__proto__') return { path: below.path, why: 'prototype' };
    if (below.agent && below.emotion) return { path: below.path, why: 'emotion' };
    const found = walk((value as Record<string, unknown>)[key], below);
    if (found) return found;
  }
  return null;
}

function step(key: string, place: Place, listed: boolean): Place {
  const path = place.path ? `${place.path}.${key}` : key;
  if (listed) return { ...place, path, depth: place.depth + 1 };
  const word = plain(key);
  const customer = word.includes('customer');
  return {
    path,
    agent: !customer && (place.agent || AGENT.test(word)),
    emotion: !customer && (place.emotion || EMOTION.test(word)),
    depth: place.depth + 1,
  };
}

function plain(key: string): string {
  return key.toLowerCase().replace(/[^a-z]/g, '');
}
