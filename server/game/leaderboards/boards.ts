import type { Board } from '#contract/definitions.ts';
import { FACTS } from '#contract/facts.ts';
import type { Definitions } from '#server/attainment/scoring/plan.ts';
import type { Tx } from '#server/foundation/db.ts';
import { invalid } from '#server/foundation/refusals.ts';
import { type Batch, type Consumer, touched } from '#server/log/consumer.ts';
import type { Ground } from '#server/log/ground.ts';
import type { Roster } from '#server/people/roster.ts';
import { measureName } from './lines.ts';
import { boardRows, saveBoard } from './store.ts';

/** The board that every organisation has from the start, kept like the ones it defines. */
export const SCORE_BOARD: Board = {
  id: 'score',
  measure: 'score',
  window: 'day',
  unit: 'person',
  scopes: ['org'],
  mode: 'benchmark',
  n: 10,
};

/** All boards kept in Redis for an organisation. */
export async function keptBoards(tx: Tx, orgId: number): Promise<Board[]> {
  const defined = await boardRows(tx, orgId);
  const kept = defined.has('score') ? [...defined.values()] : [SCORE_BOARD, ...defined.values()];
  return kept.filter((board) => board.unit === 'person' && ['score', 'kpi'].includes(measureName(board.measure).kind));
}

/** The KPIs that people have; what only queues have (waiting, abandons) ranks nobody. */
export const kpisOfPeople = (definitions: Definitions): string[] =>
  [...definitions.kpis.values()]
    .filter((measure) => !measure.value.facts.some((fact) => (FACTS as Record<string, string>)[fact] === 'queue'))
    .map((measure) => measure.id);

/** A board by id: defined, or built in as `score`, `points` or a KPI's own. Null when there is none. */
export async function boardOf(
  tx: Tx,
  orgId: number,
  at: { id: string; kpis: ReadonlyMap<string, unknown> },
): Promise<Board | null> {
  const defined = (await boardRows(tx, orgId)).get(at.id);
  if (defined) return defined;
  if (at.id === 'score') return SCORE_BOARD;
  return at.id === 'points' || at.kpis.has(at.id) ? { ...SCORE_BOARD, id: at.id, measure: at.id } : null;
}

/**
 * Defines boards; what is the same already stays as it is.
 * @throws Refusal invalid where a measure, site or team is unknown
 */
export async function defineBoards(
  ground: Ground,
  at: { orgId: number; roster: Roster; definitions: Definitions },
  boards: Board[],
): Promise<number> {
  check(boards, at);
  const now = ground.clock.now();
  return ground.log.command(at.orgId, async (tx, append) => {
    const known = await boardRows(tx, at.orgId);
    const changed = boards.filter((board) => JSON.stringify(known.get(board.id)) !== JSON.stringify(board));
    let { position } = await append([]);
    for (const board of changed) {
      const id = `board:${board.id}:${now}`;
      ({ position } = await append([{ source: 'floorlight', id, type: 'board.defined', time: now, data: board }]));
      await saveBoard(tx, at.orgId, { definition: board, position });
    }
    return position;
  });
}

export const boardConsumer: Consumer = {
  name: 'boards',
  wants: ['board.defined'],
  tables: ['boards'],
  forget: () => {},
  apply: async (batch: Batch, tx: Tx) => {
    for (const event of batch.events) {
      if (event.type !== 'board.defined') continue;
      await saveBoard(tx, batch.orgId, { definition: event.data as unknown as Board, position: event.position });
      touched(batch).definitions = true;
    }
  },
};

function check(boards: Board[], at: { roster: Roster; definitions: Definitions }): void {
  const errors = boards.flatMap((board, index) => {
    const { kind, kpi } = measureName(board.measure);
    const unknown = board.scopes.flatMap((scope, n) =>
      hasScope(at.roster, scope) ? [] : [{ path: `/${index}/scopes/${n}`, message: `there is no ${scope}` }],
    );
    if (kind === 'score' || kind === 'points' || at.definitions.kpis.has(kpi)) return unknown;
    return [{ path: `/${index}/measure`, message: `there is no KPI ${kpi}` }, ...unknown];
  });
  if (errors.length > 0) throw invalid('board_invalid', 'Nothing was saved: see the errors.', errors);
}

/** Whether the site or team of a scope is there. */
export function hasScope(roster: Roster, scope: string): boolean {
  const [kind, id = ''] = scope.split(':');
  return kind === 'org' || (kind === 'site' ? roster.sites.has(id) : roster.teams.has(id));
}
