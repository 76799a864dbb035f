import type { Context } from '#server/facts/evidence/derivation.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { sealsOf } from '#server/log/sealed-store.ts';
import { ALWAYS, type Claim, claimOf, joinedAt, type Owner, ownerAt, ownersOf } from './ownership.ts';
import { settingsAt, type Version, versionOf } from './settings.ts';
import { claimsUpTo, loadClaims, loadProgress, loadVersions, type Progress } from './store.ts';

/** What the flow remembers of one organisation while it works; everything in it can be loaded again. */
export class Memory {
  readonly claims = new Map<string, Claim>();
  readonly claimants = new Map<number, Set<string>>();
  readonly owners = new Map<number, Owner[]>();
  readonly versions = new Map<string, Version[]>();
  /** Whose each agent was before the last seal; what is claimed since changes nothing there. */
  readonly sealed = new Map<number, Owner[]>();
  sealedTo = ALWAYS;
  progress: Progress = { closedTo: 0, definedTo: 0, hasCorrections: false, hasReferences: false };

  claim(claim: Claim): void {
    for (const { agent } of this.claims.get(claim.person)?.identities ?? [])
      this.claimants.get(agent)?.delete(claim.person);
    this.claims.set(claim.person, claim);
    for (const { agent } of claim.identities) {
      const people = this.claimants.get(agent);
      if (people) people.add(claim.person);
      else this.claimants.set(agent, new Set([claim.person]));
    }
  }

  /** Settles again whose an agent is. */
  settle(agent: number): void {
    const claims = [...(this.claimants.get(agent) ?? [])].map((person) => this.claims.get(person) as Claim);
    this.owners.set(agent, joinedAt(this.sealedTo, this.sealed.get(agent) ?? [], ownersOf(agent, claims)));
  }

  /** Holds whose an agent was before an instant as these claims say, but for what was sealed already. */
  seal(before: number, claims: readonly Claim[]): void {
    const agents = new Set(claims.flatMap(({ identities }) => identities.map(({ agent }) => agent)));
    for (const agent of agents)
      this.sealed.set(agent, joinedAt(this.sealedTo, this.sealed.get(agent) ?? [], ownersOf(agent, claims)));
    this.sealedTo = before;
  }

  /** The agents that a person claims, or had when the past was sealed. */
  agentsOf(person: string): number[] {
    const agents = new Set(this.claims.get(person)?.identities.map(({ agent }) => agent));
    for (const [agent, owners] of this.sealed) if (owners.some((owner) => owner.person === person)) agents.add(agent);
    return [...agents];
  }

  addVersion(version: Version): void {
    this.versions.set(version.queue, [...(this.versions.get(version.queue) ?? []), version]);
  }
}

/** What is changed by definitions in a batch: how it was before, of whatever they name. */
export type Changes = {
  owners: Map<number, readonly Owner[]>;
  versions: Map<string, readonly Version[]>;
  claims: Claim[];
  saved: Version[];
};

/** Loads the memory of an organisation; with `recordedAt` as it was when nothing later was known. */
export async function loadMemory(tx: Tx, orgId: number, recordedAt?: number): Promise<Memory> {
  const memory = new Memory();
  for (const { before, position } of await sealsOf(tx, orgId))
    memory.seal(before, await claimsUpTo(tx, orgId, position));
  for (const claim of await loadClaims(tx, orgId, recordedAt)) memory.claim(claim);
  for (const agent of new Set([...memory.claimants.keys(), ...memory.sealed.keys()])) memory.settle(agent);
  for (const version of await loadVersions(tx, orgId, recordedAt)) memory.addVersion(version);
  memory.progress = await loadProgress(tx, orgId);
  return memory;
}

/** The memory for reading: loaded again only when a definition came. */
export async function readMemory(tx: Tx, orgId: number): Promise<Memory> {
  const progress = await loadProgress(tx, orgId);
  const known = readings.get(orgId);
  if (known?.progress.definedTo === progress.definedTo) {
    known.progress = progress;
    return known;
  }
  const memory = await loadMemory(tx, orgId);
  readings.set(orgId, memory);
  return memory;
}

const readings = new Map<number, Memory>();

/** Takes definitions into the memory, in log order, and tells how things were before. */
export function define(memory: Memory, events: readonly LoggedEvent[]): Changes {
  const changes: Changes = { owners: new Map(), versions: new Map(), claims: [], saved: [] };
  for (const event of events) {
    if (event.type === 'person.identified') defineClaim(memory, changes, claimOf(event));
    if (event.type === 'queue.saved') defineVersion(memory, changes, event);
  }
  return changes;
}

/** How the world is by now. */
export const worldOf = (memory: Memory): Context => ({
  personOf: (agent, at) => (agent === null ? '' : ownerAt(memory.owners.get(agent), at)),
  settingsOf: (queue, at) => settingsAt(memory.versions.get(queue), at),
  ownersOf: (agent) => memory.owners.get(agent) ?? [],
  closedTo: memory.progress.closedTo,
});

/** How it was before some changes. */
export function worldBefore(memory: Memory, changes: Changes, closedTo: number): Context {
  const owners = (agent: number) => changes.owners.get(agent) ?? memory.owners.get(agent) ?? [];
  return {
    personOf: (agent, at) => (agent === null ? '' : ownerAt(owners(agent), at)),
    settingsOf: (queue, at) => settingsAt(changes.versions.get(queue) ?? memory.versions.get(queue), at),
    ownersOf: owners,
    closedTo,
  };
}

function defineClaim(memory: Memory, changes: Changes, claim: Claim): void {
  const before = memory.claims.get(claim.person);
  if (before && before.position >= claim.position) return;
  changes.claims.push(claim);
  memory.claim(claim);
  const agents = new Set([...(before?.identities ?? []), ...claim.identities].map((identity) => identity.agent));
  for (const agent of agents) {
    if (!changes.owners.has(agent)) changes.owners.set(agent, memory.owners.get(agent) ?? []);
    memory.settle(agent);
  }
}

function defineVersion(memory: Memory, changes: Changes, event: LoggedEvent): void {
  const queue = event.data.id as string;
  const before = memory.versions.get(queue) ?? [];
  const last = before.at(-1);
  if (last && last.position >= event.position) return;
  const version = versionOf(event, before, memory.sealedTo);
  if (!version) return;
  if (!changes.versions.has(queue)) changes.versions.set(queue, before);
  changes.saved.push(version);
  memory.addVersion(version);
}
