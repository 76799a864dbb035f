import { isNobody } from '../words.ts';
import { type Agent, type Draft, draft, type Line, type QueueLog } from './queue-log-state.ts';

/**
 * Brings an agent's state forward by one line: at most one `agent.state`, and only when it is another than before.
 * Agents whose log-in was never seen say nothing: their free time is not known.
 */
export function agentEvent(log: QueueLog, line: Line): Draft[] {
  const step = Object.hasOwn(STEPS, line.event) ? STEPS[line.event] : undefined;
  if (!step || isNobody(line.agent)) return [];
  const known = Object.hasOwn(log.agents, line.agent) ? log.agents[line.agent] : undefined;
  if (!known && !REVEALING.has(line.event)) return [];
  const agent = known ?? { member: [], paused: [], calls: [], said: '', saidAt: 0, saidTimes: 0 };
  step(agent, line);
  Object.defineProperty(log.agents, line.agent, { value: agent, enumerable: true, configurable: true, writable: true });
  return tell(agent, line);
}

type Step = (agent: Agent, line: Line) => void;

/** Stands for every queue: agents log in at once, and PAUSEALL names none. */
const ALL = '*';

/** Lines that tell whether somebody is logged in at all. */
const REVEALING = new Set([
  'ADDMEMBER',
  'REMOVEMEMBER',
  'AGENTLOGIN',
  'AGENTCALLBACKLOGIN',
  'AGENTLOGOFF',
  'AGENTCALLBACKLOGOFF',
]);

const STEPS: Record<string, Step> = {
  ADDMEMBER: (agent, line) => {
    add(agent.member, line.queue);
    if (line.data[0]?.trim().toUpperCase() === 'PAUSED') add(agent.paused, line.queue);
  },
  REMOVEMEMBER: (agent, line) => {
    drop(agent.member, line.queue);
    drop(agent.paused, line.queue);
  },
  AGENTLOGIN: (agent) => add(agent.member, ALL),
  AGENTCALLBACKLOGIN: (agent) => add(agent.member, ALL),
  AGENTLOGOFF: logOff,
  AGENTCALLBACKLOGOFF: logOff,
  PAUSE: (agent, line) => pause(agent, isNobody(line.queue) ? ALL : line.queue, line),
  PAUSEALL: (agent, line) => pause(agent, ALL, line),
  UNPAUSE: (agent, line) => {
    if (isNobody(line.queue)) agent.paused = [];
    drop(agent.paused, line.queue);
    drop(agent.paused, ALL);
  },
  UNPAUSEALL: (agent) => {
    agent.paused = [];
  },
  CONNECT: (agent, line) => add(agent.calls, line.call),
  COMPLETEAGENT: hangUp,
  COMPLETECALLER: hangUp,
  TRANSFER: hangUp,
  BLINDTRANSFER: hangUp,
  ATTENDEDTRANSFER: hangUp,
  AGENTDUMP: hangUp,
};

function logOff(agent: Agent): void {
  agent.member = [];
  agent.paused = [];
}

function hangUp(agent: Agent, line: Line): void {
  drop(agent.calls, line.call);
}

function pause(agent: Agent, queue: string, line: Line): void {
  const reason = line.data[0]?.trim();
  if (reason) agent.reason = reason.slice(0, 64);
  else if (!isPaused(agent)) delete agent.reason;
  add(agent.paused, queue);
}

/** Paused is who is paused everywhere; in some of the queues one still takes calls. */
function isPaused({ paused, member }: Agent): boolean {
  if (paused.includes(ALL)) return true;
  return paused.length > 0 && member.every((queue) => paused.includes(queue));
}

function tell(agent: Agent, line: Line): Draft[] {
  const state = stateOf(agent);
  const reason = state === 'pause' ? agent.reason : undefined;
  const said = reason ? `${state}:${reason}` : state;
  if (said === agent.said) return [];
  agent.said = said;
  agent.saidTimes = agent.saidAt === line.at ? agent.saidTimes + 1 : 0;
  agent.saidAt = line.at;
  // several changes within one second keep their order
  const at = line.at + agent.saidTimes;
  const id = `state|${at}|${line.agent}|${state}`;
  return [draft('agent.state', id, at, { agent: line.agent, state, ...(reason ? { reason } : {}) })];
}

function stateOf(agent: Agent): string {
  if (agent.calls.length > 0) return 'on_contact';
  if (agent.member.length === 0) return 'offline';
  return isPaused(agent) ? 'pause' : 'available';
}

function add(list: string[], item: string): void {
  if (!list.includes(item)) list.push(item);
}

function drop(list: string[], item: string): void {
  const place = list.indexOf(item);
  if (place >= 0) list.splice(place, 1);
}
