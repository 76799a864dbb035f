/** The ends of time that stand for "from the epoch" and "until further notice"; finite, so that they can be kept. */
export const ALWAYS = -8_640_000_000_000_000;
export const FOREVER = 8_640_000_000_000_000;

/** Whose agent it was over [from, to) epoch ms; ALWAYS and FOREVER where open. */
export type Owner = { from: number; to: number; person: string };

/** Which agents a person says to be, as a whole; a later claim (by log position) beats an earlier one where they overlap. */
export type Claim = {
  person: string;
  position: number;
  recordedAt: number;
  identities: { agent: number; from: number; to: number }[];
};

/** The owners of one agent in order of time, without overlaps; equal neighbours are one. */
export function ownersOf(agent: number, claims: Iterable<Claim>): Owner[] {
  let owners: Owner[] = [];
  for (const claim of [...claims].sort((a, b) => a.position - b.position)) {
    for (const { agent: claimed, from, to } of claim.identities) {
      if (claimed !== agent || from >= to) continue;
      owners = [...owners.flatMap((owner) => apart(owner, { from, to })), { from, to, person: claim.person }];
    }
  }
  return joined(owners.sort((a, b) => a.from - b.from));
}

/** The owners up to an instant, and others from there on. */
export const joinedAt = (at: number, before: readonly Owner[], after: readonly Owner[]): Owner[] =>
  joined([
    ...before.map((owner) => ({ ...owner, to: Math.min(owner.to, at) })).filter(({ from, to }) => from < to),
    ...after.map((owner) => ({ ...owner, from: Math.max(owner.from, at) })).filter(({ from, to }) => from < to),
  ]);

/** Who it was at an instant, '' for nobody. */
export function ownerAt(owners: readonly Owner[] | undefined, at: number): string {
  if (owners) for (const owner of owners) if (at >= owner.from && at < owner.to) return owner.person;
  return '';
}

/** Reads the data of `person.identified`. The first mapping holds from the epoch, so a missing `from` reaches back without end. */
export function claimOf(event: { position: number; recordedAt: number; data: Record<string, unknown> }): Claim {
  const { person, identities } = event.data as { person: string; identities?: Given[] };
  const read = (identities ?? []).map((given) => ({
    agent: given.agent,
    from: instantOr(given.from, ALWAYS),
    to: instantOr(given.to, FOREVER),
  }));
  return { person, position: event.position, recordedAt: event.recordedAt, identities: read };
}

type Given = { agent: number; from?: unknown; to?: unknown };

function instantOr(value: unknown, otherwise: number): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? Date.parse(value) : otherwise;
}

function apart(owner: Owner, { from, to }: { from: number; to: number }): Owner[] {
  const before = { ...owner, to: Math.min(owner.to, from) };
  const after = { ...owner, from: Math.max(owner.from, to) };
  return [before, after].filter((part) => part.from < part.to);
}

function joined(owners: Owner[]): Owner[] {
  const result: Owner[] = [];
  for (const owner of owners) {
    const last = result.at(-1);
    if (last && last.to === owner.from && last.person === owner.person) last.to = owner.to;
    else result.push({ ...owner });
  }
  return result;
}
