import { setTimeout as wait } from 'node:timers/promises';
import type { Child } from './child.ts';
import { hoursBefore } from './closing.ts';
import { compare, settled } from './compare.ts';
import { postOf } from './contacts.ts';
import { Count } from './count.ts';
import { type Floor, openFloor } from './floor.ts';
import { killHeld } from './held.ts';
import { outcome, type Scenario, type Stage } from './scenario.ts';

const PER_ROUND = 20;
/** So many rounds wait for the lease to run out by itself; in the others the clock of the database is helped along. */
const PATIENT = 2;
const ROUND_MS = 30_000;

type Ring = { floor: Floor; count: Count; hour: number; next: number; notes: string[] };
type Lease = { holder: string | null; epoch: number; position: string };

/**
 * A process that turns the flow is stopped (SIGSTOP) past its lease, a second takes over, the first wakes with what it
 * remembers, and tries to write.
 */
export const zombie = (rounds: number): Scenario => ({
  name: 'zombie',
  words: `a worker is stopped past its lease, a second takes over, the first wakes and writes: ${rounds} rounds`,
  play: (stage) => play(stage, rounds),
});

async function play({ servers, say, ...stage }: Stage, rounds: number) {
  const arrangement = stage.arrangement === 'cluster' ? 'cluster' : 'split';
  const floor = await openFloor({ name: 'zombie', servers, arrangement, flows: 2 });
  const count = new Count();
  const [hour = 0] = hoursBefore(Date.now(), 1);
  count.begin(hour, { from: 0, to: 4 * rounds * PER_ROUND + 100 * PER_ROUND });
  const ring: Ring = { floor, count, hour, next: 0, notes: [] };
  const tried = { stale: 0, refused: 0 };
  try {
    floor.stands = true;
    let holder = await holderOf(ring);
    while (tried.stale < rounds) {
      const other = floor.flows.find((child) => child !== holder) as Child;
      const came = await round(ring, { holder, other, turn: tried.stale });
      if (came === 'noticed') holder = other;
      if (came === 'again' || came === 'noticed') continue;
      tried.stale++;
      if (came === 'refused') tried.refused++;
      else floor.faults.push(`round ${tried.stale}: ${came}`);
      if (floor.faults.length > 5) break;
      holder = other;
      if (tried.stale % 100 === 0) say(`${tried.refused} of ${tried.stale} stale writes refused`);
    }
    await stopInTheMiddle(ring);
    await settled(floor);
    const found = await compare(floor, count);
    const { acknowledged } = count;
    const { stale, refused } = tried;
    const sums = { events: acknowledged, acknowledged, staleTried: stale, staleRefused: refused };
    return outcome({ ...found, ...sums, notes: ring.notes });
  } finally {
    for (const child of floor.children) child.signal('SIGCONT');
    await floor.close();
  }
}

type Round = { holder: Child; other: Child; turn: number };

/**
 * One round. @returns `again` where the holder was stopped with its transaction open, so that nobody may take over yet, and
 * `noticed` where it looked after its lease before it wrote: neither counts
 */
async function round(ring: Ring, { holder, other, turn }: Round): Promise<string> {
  const { floor } = ring;
  const refusals = (child: Child) => floor.refused.get(child.name) ?? 0;
  const before = { lease: await leaseOf(floor), own: refusals(holder), others: refusals(other) };
  await post(ring);
  floor.noticed.delete(holder.name);
  holder.signal('SIGSTOP');
  if (!(await touch(floor, turn < PATIENT ? 'lease_until' : OVER))) {
    holder.signal('SIGCONT');
    await wait(20);
    return 'again';
  }
  // every second time nothing comes in until both are awake, so that the position is no hint who is right
  const apart = turn % 2 === 1;
  if (!apart) await post(ring);
  if (!(await until(async () => (await leaseOf(floor)).epoch > before.lease.epoch))) return 'nobody took over';
  if (!apart) await until(async () => (await leaseOf(floor)).position !== before.lease.position);
  holder.signal('SIGCONT');
  if (apart) await post(ring);
  await until(
    async () => refusals(holder) > before.own || floor.noticed.has(holder.name),
    ROUND_MS,
    () => post(ring),
  );
  if (refusals(other) > before.others) return `the stale writer was let in, ${other.name} was refused`;
  if (refusals(holder) > before.own) return 'refused';
  return floor.noticed.has(holder.name) ? 'noticed' : 'the stale writer was not refused';
}

/** Who has the lease: the one who goes on while the other is stopped. */
async function holderOf(ring: Ring): Promise<Child> {
  const [first, second] = ring.floor.flows as [Child, Child];
  second.signal('SIGSTOP');
  await expire(ring.floor);
  const { position } = await leaseOf(ring.floor);
  await post(ring);
  await until(async () => (await leaseOf(ring.floor)).position !== position);
  second.signal('SIGCONT');
  return first;
}

/** A worker that is stopped with its transaction open keeps what it holds only as long as PostgreSQL lets it. */
async function stopInTheMiddle(ring: Ring): Promise<void> {
  const { floor } = ring;
  const holder = await holderOf(ring);
  let isOver = false;
  const going = (async () => {
    while (!isOver) await post(ring);
  })();
  const caught = await killHeld(floor, 'facts', () => holder.signal('SIGSTOP'));
  isOver = true;
  await going;
  if (!caught) return void ring.notes.push('nobody was caught with a transaction open');
  const { epoch } = await leaseOf(floor);
  const started = performance.now();
  const taken = await until(
    async () => (await leaseOf(floor)).epoch > epoch,
    ROUND_MS,
    () => expire(floor),
  );
  const ms = Math.round(performance.now() - started);
  if (taken) ring.notes.push(`a worker stopped in its transaction was followed by another after ${ms} ms`);
  else floor.faults.push(`a worker stopped in its transaction was followed by nobody within ${ms} ms`);
  holder.signal('SIGCONT');
}

async function post(ring: Ring): Promise<void> {
  const span = { from: ring.next, to: ring.next + PER_ROUND };
  ring.next = span.to;
  await ring.floor.surely('POST', '/api/v1/events', postOf(span, ring.hour));
  ring.count.acknowledge(ring.hour, span);
}

async function leaseOf(floor: Floor): Promise<Lease> {
  const [lease] = await floor.sql<Lease>('select holder, epoch, position from flows order by org_id limit 1');
  if (!lease) throw new Error('there is no flow');
  return lease;
}

/** What the clock would do ten seconds later. False: the row is held by an open transaction. */
const expire = (floor: Floor): Promise<boolean> => touch(floor, OVER);

const OVER = "now() - interval '1 second'";

async function touch(floor: Floor, leaseUntil: string): Promise<boolean> {
  try {
    await floor.sql(
      `with patience as (select set_config('lock_timeout', '200ms', false)) update flows set lease_until = ${leaseUntil} from patience`,
    );
    return true;
  } catch {
    return false;
  }
}

async function until(
  holds: () => Promise<boolean>,
  mostMs = ROUND_MS,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<boolean> {
  const end = performance.now() + mostMs;
  for (let next = performance.now() + 500; performance.now() < end; ) {
    if (await holds()) return true;
    if (performance.now() > next) {
      await meanwhile();
      next += 500;
    }
    await wait(10);
  }
  return false;
}
