import { isNobody } from '../words.ts';
import { type Call, type Draft, draft, type Line, type QueueLog, type Visit } from './queue-log-state.ts';

/** Brings the calls forward by one line: what ended with it, or why the line cannot be. */
export function callEvent(log: QueueLog, line: Line): Draft[] | string {
  const step = Object.hasOwn(STEPS, line.event) ? STEPS[line.event] : undefined;
  if (!step) return [];
  if (isNobody(line.call) || SPEAKERS.has(line.call)) return `${line.event} without a call id`;
  if (isNobody(line.queue)) return `${line.event} without a queue`;
  const call = callOf(log, line);
  call.seenAt = line.at;
  return step(call, line);
}

type Step = (call: Call, line: Line) => Draft[] | string;

/** What stands in for a call id where no call is meant. */
const SPEAKERS = new Set(['MANAGER', 'REALTIME', 'CLI']);

const STEPS: Record<string, Step> = {
  ENTERQUEUE: enter,
  CONNECT: connect,
  RINGNOANSWER: ringNoAnswer,
  AGENTDUMP: (call, line) => attempt(call, line, { outcome: 'rejected' }),
  ABANDON: abandon,
  COMPLETEAGENT: (call, line) => complete(call, line, { at: 1, transfer: 'none' }),
  COMPLETECALLER: (call, line) => complete(call, line, { at: 1, transfer: 'none' }),
  TRANSFER: (call, line) => complete(call, line, { at: 3, transfer: 'blind' }),
  BLINDTRANSFER: (call, line) => complete(call, line, { at: 3, transfer: 'blind' }),
  // the names of two channels may stand in between, so the times are found from the end
  ATTENDEDTRANSFER: (call, line) => complete(call, line, { at: filled(line.data) - 2, transfer: 'consult' }),
  EXITWITHTIMEOUT: flowOut,
  EXITEMPTY: flowOut,
  EXITWITHKEY: flowOut,
  WITHDRAW: flowOut,
  SYSCOMPAT: flowOut,
  FULL: flowOut,
  JOINEMPTY: flowOut,
  CLOSED: flowOut,
  DIVERT_CA_RATIO: flowOut,
  DIVERT_HOLDTIME: flowOut,
};

function callOf(log: QueueLog, { call, at }: Line): Call {
  if (!Object.hasOwn(log.calls, call))
    Object.defineProperty(log.calls, call, {
      value: { segments: 0, visits: {}, open: null, seenAt: at } satisfies Call,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return log.calls[call] as Call;
}

function enter(call: Call, line: Line): Draft[] {
  // a second entry without an end: what became of the first was never recorded
  call.open = newVisit(call, line, line.at);
  const caller = (line.data[1] ?? '').trim();
  if (caller && !UNKNOWN_CALLER.test(caller)) call.open.customer = caller.slice(0, 200);
  return [];
}

const UNKNOWN_CALLER = /^(anonymous|unknown|restricted|private|unavailable|asterisk|-|\?)$/i;

function newVisit(call: Call, line: Line, offeredAt: number): Visit {
  const n = (Object.hasOwn(call.visits, line.queue) ? (call.visits[line.queue] ?? 0) : 0) + 1;
  call.visits[line.queue] = n;
  const key = `${line.call}|${line.queue}|${n}`;
  return { queue: line.queue, key, segment: call.segments++, offeredAt, attempts: 0 };
}

/** The visit that a line is about; where its entry was not seen (the log begins later), one as far as it can be told. */
function visitOf(call: Call, line: Line, waitedMs: number): Visit {
  if (call.open?.queue !== line.queue) call.open = newVisit(call, line, line.at - waitedMs);
  return call.open as Visit;
}

/** hold in seconds, the bridged call, ring in seconds (absent in old versions). */
function connect(call: Call, line: Line): Draft[] | string {
  const waitMs = seconds(line.data[0]);
  const ringMs = line.data[2] ? seconds(line.data[2]) : 0;
  if (waitMs === null || ringMs === null) return 'CONNECT without whole seconds of waiting and ringing';
  const visit = visitOf(call, line, waitMs);
  visit.connected = { agent: line.agent, at: line.at, waitMs, ringMs };
  return [];
}

/** ring in milliseconds, unlike in CONNECT. */
function ringNoAnswer(call: Call, line: Line): Draft[] | string {
  const ringMs = whole(line.data[0] || '0');
  if (ringMs === null) return 'RINGNOANSWER without whole milliseconds';
  return attempt(call, line, { outcome: 'missed', ringMs });
}

function attempt(call: Call, line: Line, what: { outcome: 'missed' | 'rejected'; ringMs?: number }): Draft[] | string {
  if (isNobody(line.agent)) return `${line.event} without an agent`;
  const visit = visitOf(call, line, what.ringMs ?? 0);
  const id = `${visit.key}|attempt|${++visit.attempts}`;
  if (line.event === 'AGENTDUMP') delete visit.connected;
  return [ended(visit, line, { ...what, agent: line.agent, id })];
}

function abandon(call: Call, line: Line): Draft[] | string {
  const waitMs = seconds(line.data[2]);
  if (waitMs === null) return 'ABANDON without whole seconds of waiting';
  return close(call, line, { outcome: 'abandoned', waitMs });
}

/** Handled: the seconds of waiting and of talking stand side by side, `at` is the place of the talking. */
function complete(call: Call, line: Line, how: { at: number; transfer: string }): Draft[] | string {
  const talkMs = seconds(line.data[how.at]);
  const waitMs = seconds(line.data[how.at - 1]);
  if (talkMs === null || waitMs === null) return `${line.event} without whole seconds of waiting and talking`;
  const visit = visitOf(call, line, waitMs + talkMs);
  const seen = visit.connected ?? { agent: line.agent, at: line.at - talkMs, waitMs, ringMs: 0 };
  const agent = isNobody(line.agent) ? seen.agent : line.agent;
  const answeredAt = new Date(seen.at).toISOString();
  const { waitMs: waited, ringMs } = seen;
  return close(call, line, {
    outcome: 'handled',
    agent,
    answeredAt,
    waitMs: waited,
    ringMs,
    talkMs,
    transfer: how.transfer,
  });
}

/** Left the queue by another way, or was not let in: offered, neither answered nor abandoned. */
function flowOut(call: Call, line: Line): Draft[] {
  const waitMs =
    line.event.startsWith('EXIT') || line.event === 'WITHDRAW' ? seconds(line.data[filled(line.data) - 1]) : 0;
  return close(call, line, { outcome: 'voicemail', waitMs: waitMs ?? 0 });
}

function close(call: Call, line: Line, what: Record<string, unknown>): Draft[] {
  const visit = visitOf(call, line, typeof what.waitMs === 'number' ? what.waitMs : 0);
  call.open = null;
  return [ended(visit, line, { ...what, id: visit.key })];
}

function ended(visit: Visit, line: Line, what: Record<string, unknown>): Draft {
  const { id, agent, ...rest } = what;
  return draft('interaction.ended', id as string, line.at, {
    interactionId: line.call,
    segment: visit.segment,
    queue: visit.queue,
    channel: 'voice',
    direction: 'inbound',
    offeredAt: new Date(visit.offeredAt).toISOString(),
    endedAt: new Date(line.at).toISOString(),
    ...(typeof agent === 'string' && !isNobody(agent) ? { agent } : {}),
    ...(visit.customer ? { customer: visit.customer } : {}),
    ...rest,
  });
}

function filled(data: string[]): number {
  let length = data.length;
  while (length > 0 && data[length - 1]?.trim() === '') length--;
  return length;
}

function seconds(text: string | undefined): number | null {
  const value = whole(text);
  return value === null ? null : value * 1000;
}

function whole(text: string | undefined): number | null {
  return text !== undefined && /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : null;
}
