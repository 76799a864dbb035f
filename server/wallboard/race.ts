import type { Board } from '#contract/definitions.ts';
import { LIMITS } from '#contract/limits.ts';
import type { RaceLane, WallRace } from '#contract/wall.ts';
import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import type { Tx } from '#server/foundation/db.ts';
import { computeLines } from '#server/game/leaderboards/compute.ts';
import { spansOf } from '#server/game/leaderboards/lines.ts';
import { headcount, type Roster } from '#server/people/roster.ts';
import { ROWS } from './rules.ts';

const AT_TARGET = 100;

/** The teams of a scope side by side today, in the order of their names: a race has lanes, not places. */
export async function raceScene(
  tx: Tx,
  at: { orgId: number; scope: string; roster: Roster; now: number },
  by: WallRace['by'],
): Promise<WallRace> {
  const { orgId, scope, roster, now } = at;
  const spans = spansOf(roster, scope, { name: 'day', at: now });
  const definitions = await definitionsFor(tx, orgId, spans.span);
  const board: Board = { id: by, measure: by, window: 'day', unit: 'team', scopes: ['org'], mode: 'full', n: ROWS };
  const lines = await computeLines(tx, { orgId, board, scope, spans, roster, definitions, now });
  const values = new Map(lines.map((line) => [line.subject, line.value]));
  return {
    by,
    goal: by === 'score' ? AT_TARGET : null,
    window: { name: 'day', from: new Date(spans.span.from).toISOString(), to: new Date(spans.span.to).toISOString() },
    lanes: lanesOf(roster, scope, values),
  };
}

/** Teams large enough to hide one of their people; where they are many, those that are ahead. */
function lanesOf(roster: Roster, scope: string, values: ReadonlyMap<string, number | null>): RaceLane[] {
  const [kind, id] = scope.split(':');
  const people = headcount(roster);
  const lanes = [...roster.teams.values()]
    .filter((team) => kind === 'org' || (kind === 'site' ? team.site === id : team.id === id))
    .filter((team) => (people.get(team.id) ?? 0) >= LIMITS.k)
    .map((team) => ({
      subject: `team:${team.id}`,
      name: team.name,
      value: values.get(team.id) ?? null,
      people: people.get(team.id) ?? 0,
    }));
  const ahead = lanes.sort((a, b) => (b.value ?? -1) - (a.value ?? -1)).slice(0, ROWS);
  return ahead.sort((a, b) => a.name.localeCompare(b.name));
}
