import type { WallQueue, WallQueues } from '#contract/wall.ts';
import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import { type Definitions, planFor } from '#server/attainment/scoring/plan.ts';
import { measureOf } from '#server/attainment/scoring/scoring.ts';
import { sumByQueue } from '#server/facts/store.ts';
import { bucketsOf, resolveWindow } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { firstSite, type Roster, zoneOf } from '#server/people/roster.ts';
import { ROWS } from './rules.ts';

type At = { orgId: number; scope: string; roster: Roster; now: number };
type Sums = Awaited<ReturnType<typeof sumByQueue>>;

/** How the queues of a scope did in the last hour of whole quarters, from contacts that are over; the busiest of many. */
export async function queueScene(tx: Tx, at: At): Promise<WallQueues> {
  const span = resolveWindow('60m', at.now, zoneOf(at.roster, { kind: 'org', id: '' }));
  const definitions = await definitionsFor(tx, at.orgId, span);
  const ids = queuesOf(at.roster, at.scope);
  const sums: Sums = ids.length > 0 ? await sumByQueue(tx, at.orgId, { ...bucketsOf(span), queues: ids }) : new Map();
  const all = ids.map((id) => queueOf(id, { ...at, definitions, sums }));
  const busiest = all.sort((a, b) => b.offered - a.offered || (a.name < b.name ? -1 : 1)).slice(0, ROWS);
  return {
    from: new Date(span.from).toISOString(),
    queues: busiest.sort((a, b) => (a.name < b.name ? -1 : 1)),
    more: all.length - busiest.length,
  };
}

/** A team has no queues of its own: it sees those of its site. */
function queuesOf(roster: Roster, scope: string): string[] {
  const [kind, id = ''] = scope.split(':');
  const site = kind === 'team' ? roster.teams.get(id)?.site : kind === 'site' ? id : null;
  const first = firstSite(roster)?.id;
  return [...roster.queues.values()]
    .filter((queue) => site === null || (queue.site ?? first) === site)
    .map((queue) => queue.id);
}

function queueOf(id: string, at: At & { definitions: Definitions; sums: Sums }): WallQueue {
  const queue = at.roster.queues.get(id);
  const facts = at.sums.get(id) ?? {};
  const site = queue?.site ?? firstSite(at.roster)?.id ?? null;
  const plan = planFor(at.definitions, { kind: 'queue', id, site });
  const measured = (kpi: string) => {
    const item = plan.items.get(kpi);
    return item ? { ...measureOf(item, { sums: facts }, at.now), marks: item.target?.marks } : null;
  };
  const level = measured('service_level');
  return {
    id,
    name: queue?.name ?? id,
    offered: facts.offered ?? 0,
    answered: facts.answered ?? 0,
    abandoned: facts.abandoned ?? 0,
    asa: measured('asa')?.value ?? null,
    level: level?.value ?? null,
    target: level?.marks && 'target' in level.marks ? level.marks.target : null,
    status: level?.provisional ? null : (level?.status ?? null),
    limitMs: queue?.serviceLevelMs ?? 0,
  };
}
