import { expect } from 'vitest';
import { facts } from '../server/facts/consumer.ts';
import { define, Memory, worldOf } from '../server/facts/context/context.ts';
import { inForce } from '../server/facts/corrections.ts';
import { factsFromEvents } from '../server/facts/evidence/derivation.ts';
import type { Contribution } from '../server/facts/rules.ts';
import { Fold } from '../server/facts/turn/fold.ts';
import type { LoggedEvent, NewEvent } from '../server/log/catalogue.ts';
import { ensureFlow } from '../server/log/flow-store.ts';
import { refsOf } from '../server/log/party-store.ts';
import { newWorld, type World, wholeLog } from './world.ts';

export let world: World;
let organisations = 0;

/** A world in which only the facts listen; every organisation in it starts empty. */
export async function openStage(): Promise<void> {
  world = await newWorld({ consumers: [facts], now: at(600) });
}

export const MINUTE = 60_000;
export const START = Date.parse('2026-03-11T08:00:00Z');
export const at = (minutes: number) => START + minutes * MINUTE;
export const iso = (minutes: number) => new Date(at(minutes)).toISOString();

export async function newOrganisation(): Promise<number> {
  const orgId = world.orgId + ++organisations;
  await ensureFlow(world.db.of(orgId), orgId);
  return orgId;
}

/** What is stored, as the pure derivation would name it. */
export async function stored(orgId: number) {
  const rows = await world.every.rows<Record<string, unknown>>('select * from facts where org_id = $1', [orgId]);
  const beside = await world.every.rows<Record<string, unknown>>('select * from facts_named where org_id = $1', [
    orgId,
  ]);
  const found: Record<string, number> = {};
  for (const { org_id, person, bucket, queue, channel, ...core } of rows) {
    expect(Object.values(core).some((value) => value !== null)).toBe(true);
    for (const [name, value] of Object.entries(core))
      if (value !== null) found[[person, bucket, queue, channel, name].join('|')] = value as number;
  }
  for (const { person, bucket, queue, channel, fact, value } of beside)
    found[[person, bucket, queue, channel, fact].join('|')] = value as number;
  return found;
}

/** The same by deriving the whole log at once. */
export async function expected(orgId: number) {
  const events = await wholeLog(world.db, orgId);
  return named(factsFromEvents(inForce(events), contextOf(events)).map(({ contribution }) => contribution));
}

/** Contributions by name, as `stored` names them. */
export function named(contributions: readonly Contribution[]): Record<string, number> {
  const fold = new Fold();
  fold.add(contributions);
  const found: Record<string, number> = {};
  for (const { person, bucket, queue, channel, facts: sums } of fold.total()) {
    for (const [name, value] of Object.entries(sums))
      if (value) found[[person, bucket, queue, channel, name].join('|')] = value;
  }
  return found;
}

export function contextOf(events: LoggedEvent[]) {
  const memory = new Memory();
  define(memory, events);
  for (const { type, data } of events)
    if (type === 'window.closed') memory.progress.closedTo = Math.max(memory.progress.closedTo, data.to as number);
  return worldOf(memory);
}

export async function refOf(orgId: number, source: string, name: string): Promise<number> {
  const refs = await world.every.transaction((tx) => refsOf(tx, orgId, [{ kind: 'agent', source, name }]));
  return [...refs.values()][0] as number;
}

export const leg = (id: string, more: Partial<NewEvent> = {}, data: Record<string, unknown> = {}): NewEvent => ({
  source: 'acd',
  id,
  type: 'interaction.ended',
  time: at(20),
  interaction: `i-${id}`,
  agent: { source: 'acd', name: 'ana' },
  customer: null,
  data: {
    queue: 'sales',
    channel: 'voice',
    direction: 'inbound',
    offeredAt: iso(5),
    endedAt: iso(20),
    waitMs: 4000,
    ringMs: 1000,
    talkMs: 60_000,
    holdMs: 0,
    holdCount: 0,
    acwMs: 5000,
    outcome: 'handled',
    transfer: 'none',
    ...data,
  },
  ...more,
});
export const survey = (id: string, interaction: string | null, more: Partial<NewEvent> = {}): NewEvent => ({
  source: 'forms',
  id,
  type: 'survey.answered',
  time: at(300),
  interaction,
  agent: null,
  data: { kind: 'csat', score: 4, scaleMin: 1, scaleMax: 5 },
  ...more,
});
export const state = (id: string, minutes: number, value: string, agent = 'ana', reason?: string): NewEvent => ({
  source: 'acd',
  id,
  type: 'agent.state',
  time: at(minutes),
  agent: { source: 'acd', name: agent },
  data: { state: value, ...(reason ? { reason } : {}) },
});
export const correction = (
  id: string,
  of: { source: string; id: string },
  replacement?: NewEvent['replacement'],
  time = at(400),
): NewEvent => ({
  source: 'fix',
  id,
  type: 'correction',
  time,
  data: { of, action: replacement ? 'replace' : 'retract' },
  ...(replacement ? { replacement } : {}),
});
export const closing = (minutes: number): NewEvent => ({
  source: 'floorlight',
  id: `close-${minutes}`,
  type: 'window.closed',
  time: at(minutes),
  data: { window: 'bucket', to: at(minutes) },
});
export const queueSaved = (queue: string, serviceLevelMs: number): NewEvent => ({
  source: 'floorlight',
  id: `queue-${queue}`,
  type: 'queue.saved',
  time: at(600),
  data: { id: queue, name: queue, serviceLevelMs, shortMs: 70_000, abandonShortMs: 5000 },
});
export async function identified(
  orgId: number,
  person: string,
  agents: [string, string, number?, number?][],
): Promise<NewEvent> {
  const identities = [];
  for (const [source, name, from, to] of agents) {
    identities.push({
      source,
      agent: await refOf(orgId, source, name),
      ...(from === undefined ? {} : { from: at(from) }),
      ...(to === undefined ? {} : { to: at(to) }),
    });
  }
  return {
    source: 'floorlight',
    id: `identified-${person}`,
    type: 'person.identified',
    time: at(600),
    data: { person, identities },
  };
}

export async function passed(orgId: number, ...batches: NewEvent[][]): Promise<void> {
  for (const batch of batches) {
    await world.log.submit(orgId, batch);
    await world.settle(orgId);
  }
}

export const sumOf = (found: Record<string, number>, prefix: string, fact: string) =>
  Object.entries(found)
    .filter(([key]) => key.startsWith(`${prefix}|`) && key.endsWith(`|${fact}`))
    .reduce((sum, [, value]) => sum + value, 0);
