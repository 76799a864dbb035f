import type { PathError } from '#server/foundation/refusals.ts';

/** The ends of time (epoch ms) that stand for "from the epoch" and "until further notice". */
export const ALWAYS = -8_640_000_000_000_000;
export const FOREVER = 8_640_000_000_000_000;

/** What a queue is until somebody says otherwise. */
export const QUEUE_DEFAULTS = { serviceLevelMs: 20_000, shortMs: 10_000, abandonShortMs: 5_000 } as const;

/** An agent of a source (`agent` is a party of the log) is a person over [validFrom, validTo), epoch ms. */
export type Mapping = { person: string; source: string; agent: number; validFrom: number; validTo: number };

/** A mapping as it is asked for: without `from` the first one holds from the epoch, without `to` until further notice. */
export type Wish = { source: string; agent: number; from: number | null; to: number | null };

export type WishesOfPerson = { path: string; person: string; wishes: Wish[] };

/**
 * Turns what is asked for into mappings, item by item, against all others of the same agents.
 * Without `from`, a mapping keeps the begin that it has, else begins where the agent's last one ends, else at the epoch.
 * @param held mappings that stand now of all agents and people concerned
 * @returns the new mappings by person, and what is refused: `order` (ends before it begins) or `taken` (overlaps)
 */
export function resolveMappings(asked: WishesOfPerson[], held: Mapping[]): Resolution {
  const replaced = new Set(asked.map((item) => item.person));
  const before = Map.groupBy(held, (mapping) => mapping.person);
  const standing = Map.groupBy(
    held.filter((mapping) => !replaced.has(mapping.person)),
    (mapping) => mapping.agent,
  );
  const result: Resolution = { mappings: new Map(), order: [], taken: [] };
  for (const item of asked) resolvePerson(item, { own: before.get(item.person) ?? [], standing }, result);
  return result;
}

export type Resolution = { mappings: Map<string, Mapping[]>; order: PathError[]; taken: PathError[] };

/** Begins and ends that are asked for before an instant (epoch ms) and do not stand there yet. */
export function edgesBefore(before: number, asked: readonly WishesOfPerson[], held: readonly Mapping[]): PathError[] {
  const edges = new Set(
    held.flatMap(({ agent, validFrom, validTo }) => [`${agent} ${validFrom}`, `${agent} ${validTo}`]),
  );
  const isNew = (agent: number, at: number | null) => at !== null && at < before && !edges.has(`${agent} ${at}`);
  return asked.flatMap(({ path, wishes }) =>
    wishes.flatMap(({ agent, from, to }, index) =>
      isNew(agent, from) || isNew(agent, to)
        ? [
            {
              path: `${path}/identities/${index}`,
              message: `what lies before ${new Date(before).toISOString()} is sealed`,
            },
          ]
        : [],
    ),
  );
}

/** Whether two sets of mappings of one person are the same, in any order. */
export function sameMappings(a: Mapping[], b: Mapping[]): boolean {
  return a.length === b.length && a.every((mapping) => b.some((other) => isSame(mapping, other)));
}

/** The items whose id came before in the same list. */
export function repeatedIds(items: readonly { id: string }[]): PathError[] {
  const seen = new Set<string>();
  return items.flatMap(({ id }, index) => {
    if (seen.has(id)) return [{ path: `/${index}/id`, message: `${id} is in this list twice` }];
    seen.add(id);
    return [];
  });
}

export type Membership = { team: string | null; from: number };

/** The team at an instant. @param teams in order of `from` */
export function teamAt(teams: readonly Membership[], at: number): string | null {
  let team: string | null = null;
  for (const membership of teams) if (membership.from <= at) team = membership.team;
  return team;
}

/** Values of `given` that are there, over those of `before`. */
export function merged<T extends object>(before: T, given: { [K in keyof T]?: T[K] | undefined }): T {
  const present = Object.entries(given).filter(([name, value]) => value !== undefined && name in before);
  return { ...before, ...Object.fromEntries(present) };
}

/** Equal field by field; lists by their members in order. */
export function sameFields<T extends object>(a: T, b: T): boolean {
  return Object.keys(a).every((name) => JSON.stringify(a[name as keyof T]) === JSON.stringify(b[name as keyof T]));
}

type Around = { own: Mapping[]; standing: Map<number, Mapping[]> };

function resolvePerson({ path, person, wishes }: WishesOfPerson, { own, standing }: Around, result: Resolution): void {
  const mine: Mapping[] = [];
  for (const [index, wish] of wishes.entries()) {
    const others = standing.get(wish.agent) ?? [];
    const mapping = { person, source: wish.source, agent: wish.agent, ...spanOf(wish, own, others) };
    const at = `${path}/identities/${index}`;
    if (mapping.validFrom >= mapping.validTo) result.order.push({ path: at, message: 'must end after it begins' });
    else if (mine.some((other) => isSame(other, mapping))) continue;
    else if (others.some((other) => overlap(other, mapping))) result.taken.push({ path: at, message: TAKEN });
    else {
      mine.push(mapping);
      standing.set(wish.agent, [...others, mapping]);
    }
  }
  result.mappings.set(person, mine);
}

const TAKEN = 'is already mapped in this time';

function spanOf(wish: Wish, own: Mapping[], others: Mapping[]): { validFrom: number; validTo: number } {
  const validTo = wish.to ?? FOREVER;
  if (wish.from !== null) return { validFrom: wish.from, validTo };
  const same = own.filter((mapping) => mapping.agent === wish.agent && mapping.validFrom < validTo);
  const kept = same.find((mapping) => mapping.validTo === validTo) ?? latest(same);
  if (kept) return { validFrom: kept.validFrom, validTo };
  const before = latest(others);
  return { validFrom: before && before.validTo < FOREVER ? before.validTo : ALWAYS, validTo };
}

const latest = (mappings: Mapping[]): Mapping | undefined =>
  mappings.reduce<Mapping | undefined>(
    (last, one) => (!last || one.validFrom > last.validFrom ? one : last),
    undefined,
  );

const overlap = (a: Mapping, b: Mapping) => a.validFrom < b.validTo && b.validFrom < a.validTo;

const isSame = (a: Mapping, b: Mapping) =>
  a.agent === b.agent && a.validFrom === b.validFrom && a.validTo === b.validTo;
