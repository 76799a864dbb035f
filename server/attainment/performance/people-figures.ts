import type { FactSums } from '#contract/facts.ts';
import type { Row } from '#server/attainment/scoring/scoring.ts';
import { derived } from '#server/facts/evidence/evidence.ts';
import { lastByPerson, rowsByPerson, seriesByPerson, sumByPerson } from '#server/facts/store.ts';
import { BUCKET_MS } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';

/** Buckets [from, to), of some people or of everybody, as it stands, as it was known at an instant (epoch ms), or of some events. */
export type PeopleAsked = {
  from: number;
  to: number;
  people?: string[] | undefined;
  knownAt?: number | undefined;
  only?: ((event: LoggedEvent) => boolean) | undefined;
};
type Series = { bucket: number; facts: FactSums }[];

/** The figures of people by person ('' is nobody); rows and series are read only when they are asked for. */
export type PeopleFigures = {
  sums: ReadonlyMap<string, FactSums>;
  /** The last bucket with facts. */
  last: ReadonlyMap<string, number>;
  rows(): Promise<ReadonlyMap<string, Row[]>>;
  series(): Promise<ReadonlyMap<string, Series>>;
};

export async function figuresOfPeople(tx: Tx, orgId: number, asked: PeopleAsked): Promise<PeopleFigures> {
  if (asked.knownAt !== undefined || asked.only) return known(tx, orgId, asked);
  const { from, to, people } = asked;
  const stored = { from, to, ...(people ? { people } : {}) };
  return {
    sums: await sumByPerson(tx, orgId, stored),
    last: await lastByPerson(tx, orgId, stored),
    rows: () => rowsByPerson(tx, orgId, stored),
    series: () => seriesByPerson(tx, orgId, stored),
  };
}

async function known(tx: Tx, orgId: number, { from, to, people, knownAt, only }: PeopleAsked): Promise<PeopleFigures> {
  const span = { from: from * BUCKET_MS, to: to * BUCKET_MS, knownAt, only, ...(people ? { people } : {}) };
  const found = (await derived(tx, orgId, span)).map(({ contribution }) => contribution);
  const byPerson = Map.groupBy(found, ({ person }) => person);
  const each = <T>(read: (own: typeof found) => T) =>
    new Map([...byPerson].map(([person, own]) => [person, read(own)]));
  return {
    sums: each((own) => total(own)),
    last: each((own) => own.reduce((last, { bucket }) => Math.max(last, bucket), 0)),
    rows: async () => each((own) => own.map(({ queue, channel, facts }) => ({ queue, channel, facts }))),
    series: async () =>
      each((own) =>
        [...Map.groupBy(own, ({ bucket }) => bucket)]
          .map(([bucket, rows]) => ({ bucket, facts: total(rows) }))
          .sort((a, b) => a.bucket - b.bucket),
      ),
  };
}

/** Adds facts up by name. */
export function total(rows: Iterable<{ facts: FactSums }>): FactSums {
  const sums: FactSums = {};
  for (const { facts } of rows)
    for (const [fact, value] of Object.entries(facts)) sums[fact] = (sums[fact] ?? 0) + (value ?? 0);
  return sums;
}
