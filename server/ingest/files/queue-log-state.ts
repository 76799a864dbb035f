import type { SentEvent } from './mapping.ts';

/** One line: `time|callid|queue|agent|EVENT|data1|...`. `at` is epoch ms. */
export type Line = { at: number; call: string; queue: string; agent: string; event: string; data: string[] };

/** A call's pass through one queue. `key` makes the ids of what comes out of it. */
export type Visit = {
  queue: string;
  key: string;
  segment: number;
  offeredAt: number;
  customer?: string;
  attempts: number;
  connected?: { agent: string; at: number; waitMs: number; ringMs: number };
};
export type Call = { segments: number; visits: Record<string, number>; open: Visit | null; seenAt: number };

/** What is known of an agent since the first log-in seen. `said` is the last state that was told. */
export type Agent = {
  member: string[];
  paused: string[];
  reason?: string;
  calls: string[];
  said: string;
  saidAt: number;
  saidTimes: number;
};

/** What must be kept between lines, and between runs: plain JSON. */
export type QueueLog = { calls: Record<string, Call>; agents: Record<string, Agent>; lines: number };

/** An event whose source is still to be named. */
export type Draft = Omit<SentEvent, 'source'>;

export const draft = (type: string, id: string, at: number, data: Record<string, unknown>): Draft => ({
  specversion: '1.0',
  id: id.slice(0, 200),
  type,
  time: new Date(at).toISOString(),
  data,
});
