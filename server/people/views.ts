import type { Unmapped } from '#contract/people.ts';
import type { Role } from '#contract/words.ts';
import type { Db, Tx } from '#server/foundation/db.ts';
import { HOUSE } from '#server/log/catalogue.ts';
import { partyNames } from '#server/log/party-store.ts';
import { managePeople, type Viewer } from './may.ts';
import { mappingRows, personRows, unmappedRows } from './person-store.ts';
import { ALWAYS, FOREVER, type Mapping } from './rules.ts';

export type ShownIdentity = { source: string; agent: string; from: string | null; to: string | null };
export type ShownPerson = {
  id: string;
  name: string;
  roles: Role[];
  team: string | null;
  startedOn: string | null;
  email?: string | null;
  identities?: ShownIdentity[];
};

/** People in the order of `ids`, with e-mail and identities only for those who manage people. */
export async function presentPeople({ db }: { db: Db }, viewer: Viewer, ids: string[]): Promise<ShownPerson[]> {
  if (viewer.kind === 'anonymous' || ids.length === 0) return [];
  const rows = new Map((await personRows(db.of(viewer.orgId), viewer.orgId, ids)).map((row) => [row.id, row]));
  const whole = managePeople(viewer, {}, NO_FLOOR) === true;
  const identities = whole ? await identitiesOf(db.of(viewer.orgId), viewer.orgId, ids) : null;
  return ids.flatMap((id) => {
    const row = rows.get(id);
    if (!row) return [];
    const { email, ...shown } = row;
    return [identities ? { ...shown, email, identities: identities.get(id) ?? [] } : shown];
  });
}

/** A page of agents whom no person answers for. @returns `last`: where the next page goes on, null at the end */
export async function unmappedPage(
  tx: Tx,
  orgId: number,
  page: { after: number; limit: number },
): Promise<{ items: Unmapped[]; last: number | null }> {
  const rows = await unmappedRows(tx, orgId, { ...page, limit: page.limit + 1, house: HOUSE });
  const shown = rows.slice(0, page.limit);
  const names = await partyNames(
    tx,
    orgId,
    shown.map((row) => row.ref),
  );
  const items = shown.flatMap(({ ref, events, firstAt, lastAt }) => {
    const party = names.get(ref);
    return party
      ? [{ source: party.source, agent: party.name, events, firstAt: instant(firstAt), lastAt: instant(lastAt) }]
      : [];
  });
  return { items, last: rows.length > page.limit ? (shown.at(-1)?.ref ?? null) : null };
}

const NO_FLOOR = {
  teamOf: async () => null,
  siteOfTeam: async () => null,
  peopleInTeam: async () => 0,
  peopleAtSite: async () => 0,
};

const instant = (ms: number): string => new Date(ms).toISOString();

/** The identities of people by their id, as whoever manages people sees them. */
export async function identitiesOf(tx: Tx, orgId: number, people: string[]): Promise<Map<string, ShownIdentity[]>> {
  const mappings = await mappingRows(tx, orgId, { people, agents: [] });
  const names = await partyNames(
    tx,
    orgId,
    mappings.map((mapping) => mapping.agent),
  );
  const shown = new Map<string, ShownIdentity[]>();
  for (const mapping of mappings) {
    const name = names.get(mapping.agent)?.name;
    if (name === undefined) continue;
    const list = shown.get(mapping.person) ?? [];
    list.push(shownIdentity(mapping, name));
    shown.set(mapping.person, list);
  }
  return shown;
}

const shownIdentity = ({ source, validFrom, validTo }: Mapping, agent: string): ShownIdentity => ({
  source,
  agent,
  from: validFrom === ALWAYS ? null : instant(validFrom),
  to: validTo === FOREVER ? null : instant(validTo),
});
