import type { Earned, WallRecognition } from '#contract/wall.ts';
import { resolveWindow } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { badgeOf } from '#server/game/badges/rules.ts';
import { recentBadges } from '#server/game/badges/store.ts';
import { type Roster, zoneOf } from '#server/people/roster.ts';
import { ROWS } from './rules.ts';

const CELEBRATE_MS = 2 * 60_000;
type At = { orgId: number; scope: string; roster: Roster; now: number };
type Badge = Awaited<ReturnType<typeof recentBadges>>[number];

/** The badges of the day within a scope, the newest first. */
export async function recognitionScene(tx: Tx, at: At): Promise<WallRecognition> {
  const [kind = 'org', id = ''] = at.scope.split(':');
  const zone = zoneOf(at.roster, { kind: kind as 'org' | 'site' | 'team', id });
  const { from } = resolveWindow('day', at.now, zone);
  const earned = await recentBadges(tx, at.orgId, { since: from, scope: at.scope });
  return { earned: earned.slice(0, ROWS).flatMap((row) => told(at.roster, row)), total: earned.length };
}

/** Whom the screens of a scope celebrate: what was earned within the last two minutes, as it came to pass. */
export async function celebrationsOf(tx: Tx, at: At): Promise<Earned[]> {
  const recent = await recentBadges(tx, at.orgId, { since: at.now - CELEBRATE_MS, scope: at.scope });
  return recent.filter((row) => row.celebrate).flatMap((row) => told(at.roster, row));
}

function told(roster: Roster, row: Badge): Earned[] {
  const person = roster.people.get(row.person);
  if (!person) return [];
  const badge = badgeOf(row.badge);
  return [
    {
      id: row.id,
      at: new Date(row.at).toISOString(),
      person: person.name,
      team: person.team === null ? null : (roster.teams.get(person.team)?.name ?? null),
      badge: row.badge,
      tier: row.tier,
      name: badge?.name ?? row.badge,
      words: badge?.tiers[row.tier].words ?? '',
    },
  ];
}
