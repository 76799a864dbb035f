import type { FactSums } from '#contract/facts.ts';
import { deltasOf } from '#server/facts/consumer.ts';
import { lastByPerson, sumByPerson } from '#server/facts/store.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { Batch } from '#server/log/consumer.ts';
import type { Spanned } from './compute.ts';

/** Sums of people in a window, held between batches so that an event costs an addition and no query; `last` is a bucket. */
export type Tally = Map<string, { sums: FactSums; last: number }>;

/** What the facts of a window hold. */
export async function loadTally(tx: Tx, orgId: number, { buckets }: Spanned): Promise<Tally> {
  const sums = await sumByPerson(tx, orgId, buckets);
  const last = await lastByPerson(tx, orgId, buckets);
  sums.delete('');
  return new Map([...sums].map(([person, own]) => [person, { sums: own, last: last.get(person) ?? 0 }]));
}

/** Adds what a batch changed in the window; returns whom it touched. Who is in no tally had nothing there. */
export async function addBatch(tx: Tx, tally: Tally, of: { batch: Batch; spans: Spanned }): Promise<Set<string>> {
  const { buckets } = of.spans;
  const people = new Set<string>();
  const taken = new Set<string>();
  for (const { person, bucket, facts } of deltasOf(of.batch)) {
    if (person === '' || bucket < buckets.from || bucket >= buckets.to) continue;
    people.add(person);
    const own = tally.get(person) ?? { sums: {}, last: 0 };
    tally.set(person, own);
    if (isTaken(own.sums, facts)) taken.add(person);
    if (bucket > own.last) own.last = bucket;
  }
  // what is taken back may have been all that there was in the latest quarter of an hour
  if (taken.size > 0) {
    const last = await lastByPerson(tx, of.batch.orgId, { ...buckets, people: [...taken] });
    for (const person of taken) (tally.get(person) as { last: number }).last = last.get(person) ?? 0;
  }
  return people;
}

/** Adds facts to sums; true where something went. */
function isTaken(sums: FactSums, facts: FactSums): boolean {
  let found = false;
  for (const fact in facts) {
    const more = facts[fact] ?? 0;
    sums[fact] = (sums[fact] ?? 0) + more;
    if (more < 0) found = true;
  }
  return found;
}
