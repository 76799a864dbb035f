import type { RowReading } from './mapping.ts';
import { agentEvent } from './queue-log-agents.ts';
import { callEvent } from './queue-log-calls.ts';
import type { Line, QueueLog } from './queue-log-state.ts';
import { instantOf, isReal, patternReader } from './stamps.ts';

export const newQueueLog = (): QueueLog => ({ calls: {}, agents: {}, lines: 0 });

export type QueueLogContext = { source: string; zone: string | null };

/**
 * Reads the next line of an Asterisk queue_log and brings the log's state forward. The same lines from the same state
 * give the same events with the same ids. A line that gives no event by itself is skipped, a broken one refused.
 */
export function readLine(log: QueueLog, text: string, context: QueueLogContext): RowReading {
  const line = lineOf(text, context);
  if (typeof line === 'string') return { refusal: line };
  log.lines++;
  if (log.lines % FORGET_EVERY === 0) forgetOld(log, line.at);
  if (line.event === 'QUEUESTART') restart(log);
  const from = callEvent(log, line);
  if (typeof from === 'string') return { refusal: from };
  const events = [...from, ...agentEvent(log, line)].map((event) => ({ ...event, source: context.source }));
  return events.length ? { events } : { skipped: 'no event by itself' };
}

const FORGET_EVERY = 10_000;
const FORGET_AFTER_MS = 24 * 60 * 60 * 1000;
const LONGEST = 4_000;

function lineOf(text: string, context: QueueLogContext): Line | string {
  if (text.length > LONGEST) return 'the line is too long';
  const [time = '', call = '', queue = '', agent = '', event = '', ...data] = text.replace(/\r$/, '').split('|');
  if (!event) return 'has fewer than five fields divided by |';
  if (!/^[A-Z_]+$/.test(event)) return `"${event.slice(0, 40)}" is no event of a queue log`;
  const at = timeOf(time.trim(), context.zone);
  if (at === null) return `"${time.slice(0, 40)}" is no time`;
  if (at === NO_ZONE) return 'has a local time: name its zone with --zone';
  return { at, call, queue, agent, event, data };
}

const NO_ZONE = 'no zone';
const LOCAL = [patternReader('yyyy-MM-dd HH:mm:ss.SSS'), patternReader('yyyy-MM-dd HH:mm:ss')];

/** Epoch seconds as the file has them, or the local text of the realtime table. */
function timeOf(text: string, zone: string | null): number | typeof NO_ZONE | null {
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return Math.floor(Number(text) * 1000);
  for (const read of LOCAL) {
    const { year, month, day, hour, minute, second, ms = 0 } = read(text) ?? {};
    if (year === undefined || month === undefined || day === undefined) continue;
    if (hour === undefined || minute === undefined || second === undefined) continue;
    const local = { year, month, day, hour, minute, second, ms };
    if (!isReal(local)) return null;
    return zone === null ? NO_ZONE : instantOf(local, zone);
  }
  return null;
}

/** A restart of the exchange: what was open then ended in a way that nobody recorded, so nothing is said about it. */
function restart(log: QueueLog): void {
  for (const call of Object.values(log.calls)) call.open = null;
  for (const agent of Object.values(log.agents)) agent.calls = [];
}

/** Calls are remembered for a day after their last line, because they may enter another queue. */
function forgetOld(log: QueueLog, now: number): void {
  for (const [id, call] of Object.entries(log.calls)) if (call.seenAt < now - FORGET_AFTER_MS) delete log.calls[id];
}
