import { FACT_NAMES, type FactSums } from '#contract/facts.ts';
import type { Definitions, Span } from '#server/attainment/scoring/plan.ts';
import type { Figures, Row } from '#server/attainment/scoring/scoring.ts';
import { derived } from '#server/facts/evidence/evidence.ts';
import { seriesByPerson, seriesByPlace, seriesTotal, type Whose } from '#server/facts/store.ts';
import { BUCKET_MS, bucketsOf } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';

/** Whose figures of which window, optionally as they were known at an instant (epoch ms). */
export type FiguresAsked = { whose: Whose; span: Span; knownAt?: number | undefined; places: boolean };

export type BucketFigures = { bucket: number; sums: FactSums; rows?: Row[] };
export type WindowFigures = Omit<Figures, 'buckets'> & { buckets: BucketFigures[] };

/** Reads the facts of a window by bucket, and adds them up. `places` also keeps them apart by queue and channel. */
export async function figuresOf(tx: Tx, orgId: number, asked: FiguresAsked): Promise<WindowFigures> {
  const buckets = asked.knownAt === undefined ? await stored(tx, orgId, asked) : await replayed(tx, orgId, asked);
  const sums: FactSums = {};
  for (const bucket of buckets) addTo(sums, bucket.sums);
  return { sums, buckets, ...(asked.places ? { rows: buckets.flatMap((bucket) => bucket.rows ?? []) } : {}) };
}

/** The same of several people: read together where they are wanted by bucket alone. */
export async function figuresOfMany(
  tx: Tx,
  orgId: number,
  asked: Omit<FiguresAsked, 'whose'> & { people: string[] },
): Promise<(person: string) => WindowFigures> {
  const { people, span, knownAt, places } = asked;
  const found = new Map<string, WindowFigures>();
  if (places || knownAt !== undefined)
    for (const person of people)
      found.set(person, await figuresOf(tx, orgId, { ...asked, whose: { people: [person] } }));
  else
    for (const [person, series] of await seriesByPerson(tx, orgId, { people, ...bucketsOf(span) })) {
      const sums: FactSums = {};
      for (const { facts } of series) addTo(sums, facts);
      found.set(person, { sums, buckets: series.map(({ bucket, facts }) => ({ bucket, sums: facts })) });
    }
  return (person) => found.get(person) ?? { sums: {}, buckets: [] };
}

/** Whether any KPI of these definitions asks for figures by queue or channel. */
export const needPlaces = (definitions: Definitions): boolean =>
  [...definitions.kpis.values()].some(({ definition }) => definition.filter || definition.caseMix);

/** The figures of some of the buckets, as if the window had only those. */
export function figuresOfBuckets(buckets: readonly BucketFigures[]): Figures {
  const sums: FactSums = {};
  for (const bucket of buckets) addTo(sums, bucket.sums);
  return { sums, rows: buckets.flatMap((bucket) => bucket.rows ?? []) };
}

/** All core facts, 0 where there are none, and whatever else is there. */
export const wholeFacts = (sums: FactSums): Record<string, number> => ({
  ...Object.fromEntries(FACT_NAMES.map((name) => [name, 0])),
  ...(sums as Record<string, number>),
});

async function stored(tx: Tx, orgId: number, { whose, span, places }: FiguresAsked): Promise<BucketFigures[]> {
  const asked = { ...whose, ...bucketsOf(span) };
  if (places) return folded(await seriesByPlace(tx, orgId, asked));
  return (await seriesTotal(tx, orgId, asked)).map(({ bucket, facts }) => ({ bucket, sums: facts }));
}

async function replayed(tx: Tx, orgId: number, { whose, span, knownAt }: FiguresAsked): Promise<BucketFigures[]> {
  const found = await derived(tx, orgId, { ...whose, from: span.from, to: span.to, knownAt });
  return folded(found.map(({ contribution }) => contribution).sort((a, b) => a.bucket - b.bucket));
}

type Placed = { bucket: number; queue: string; channel: string; facts: FactSums };

function folded(rows: readonly Placed[]): BucketFigures[] {
  const buckets = new Map<number, BucketFigures & { rows: Row[] }>();
  for (const { bucket, queue, channel, facts } of rows) {
    const into = buckets.get(bucket) ?? { bucket, sums: {}, rows: [] };
    addTo(into.sums, facts);
    into.rows.push({ queue, channel, facts });
    buckets.set(bucket, into);
  }
  return [...buckets.values()];
}

function addTo(sums: FactSums, facts: FactSums): void {
  for (const name in facts) {
    const sum = (sums[name] ?? 0) + (facts[name] ?? 0);
    if (sum === 0) delete sums[name];
    else sums[name] = sum;
  }
}

/** The start of a bucket, epoch ms. */
export const startOf = (bucket: number): number => bucket * BUCKET_MS;
