import type { Touched } from './consumer.ts';

/** A topic's name taken apart: `board:aht:month:org` is noun `board` and parts `['aht', 'month', 'org']`. */
export type TopicName = { full: string; noun: string; parts: string[] };

/**
 * What a room shows through the live window. A `variant` names what a viewer's rights make of the topic:
 * viewers of one variant share one stream, encoded once.
 */
export type Topic<Viewer> = {
  noun: string;
  /** The least time between two messages, ms; 0 for a person's own topic. */
  thinMs: number;
  /** @returns the variant, or null where this viewer may not look */
  admit(viewer: Viewer, name: TopicName): Promise<string | null>;
  /** The body of the matching GET. `position` in it covers every event that it counts. */
  snapshot(orgId: number, name: TopicName, variant: string): Promise<{ position: string }>;
  /** Whether a commit may have changed this topic. */
  concerns(notes: Touched, name: TopicName): boolean;
};

/** Takes a topic's name apart; null where it is none. */
export function parseTopic(full: unknown): TopicName | null {
  if (typeof full !== 'string' || full.length > 200 || !/^[a-z]+:[\x21-\x7e]+$/.test(full)) return null;
  const [noun = '', ...parts] = full.split(':');
  return parts.every((part) => part.length > 0) ? { full, noun, parts } : null;
}
