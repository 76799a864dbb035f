import type { BoardEntry, BoardView } from '#contract/boards.ts';
import { LIMITS } from '#contract/limits.ts';
import type { WindowName } from '#contract/windows.ts';
import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import type { Tx } from '#server/foundation/db.ts';
import { missing } from '#server/foundation/refusals.ts';
import { flowPosition } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import { type Roster, rosterOf } from '#server/people/roster.ts';
import { benchmarkOf } from './benchmark.ts';
import { boardOf, hasScope } from './boards.ts';
import { type Asking, computeBefore, computeLines } from './compute.ts';
import { entryOf, type Found, tiesOf } from './entries.ts';
import { keptEntries } from './kept.ts';
import { measureName, spansOf } from './lines.ts';
import { movementOf, rankLines, visible } from './rules.ts';

/** Which board is asked for. `at` is epoch ms; `variant` is what the viewer's rights make of it (see `live.ts`). */
export type BoardWish = {
  orgId: number;
  id: string;
  window?: WindowName | undefined;
  at?: number | undefined;
  /** The edges of a custom window. */
  custom?: { from: number; to: number } | undefined;
  knownAt?: number | undefined;
  /** The log position that the answer must cover. */
  after?: number | undefined;
  scope: string;
  variant: string;
  me?: string | null;
  from?: number;
  limit?: number;
};

/**
 * A board as a viewer may see it: from Redis where it is kept and now is asked for, else computed from the facts. Rows and
 * position are of one moment.
 * @throws Refusal missing when there is no such board
 */
export function boardView(ground: Pick<Ground, 'db' | 'redis' | 'clock'>, wish: BoardWish): Promise<BoardView> {
  return ground.db.of(wish.orgId).snapshot(async (tx) => {
    const now = ground.clock.now();
    const asking = await askingFor(tx, wish, { roster: await rosterOf(tx, wish.orgId), now });
    const kept =
      wish.at === undefined && wish.knownAt === undefined
        ? await keptEntries({ tx, redis: ground.redis }, asking, wish)
        : null;
    const found = kept ?? (await computed(tx, asking, wish));
    const me = wish.me ? unranked(found.me, wish.variant) : null;
    return {
      board: asking.board.id,
      about: headOf(asking, wish.variant),
      window: { name: asking.spans.span.name, from: iso(asking.spans.span.from), to: iso(asking.spans.span.to) },
      position: String(kept?.position ?? (await flowPosition(tx, wish.orgId))),
      entries: visible(found.entries, modeOf(wish.variant), asking.board.n),
      total: found.total,
      me,
      benchmark: wish.variant.startsWith('me:')
        ? await benchmarkOf(tx, asking, { me: wish.me ?? '', lines: found.lines })
        : null,
      next: found.next,
    };
  });
}

/** All that a board's lines are made of. @throws Refusal missing for an unknown board or scope */
export async function askingFor(tx: Tx, wish: BoardWish, at: { roster: Roster; now: number }): Promise<Asking> {
  if (!hasScope(at.roster, wish.scope)) throw missing(`There is no ${wish.scope}.`);
  const today = spansOf(at.roster, wish.scope, { name: 'day', at: at.now }).span;
  const definitions = await definitionsFor(tx, wish.orgId, today);
  const board = await boardOf(tx, wish.orgId, { id: wish.id, kpis: definitions.kpis });
  if (!board) throw missing(`There is no board ${wish.id}.`);
  const spans = spansOf(at.roster, wish.scope, {
    name: wish.window ?? board.window,
    at: wish.at ?? at.now,
    custom: wish.custom,
  });
  return {
    orgId: wish.orgId,
    board,
    scope: wish.scope,
    spans,
    roster: at.roster,
    definitions: await definitionsFor(tx, wish.orgId, spans.span, wish.knownAt),
    now: at.now,
    knownAt: wish.knownAt,
  };
}

async function computed(tx: Tx, asking: Asking, wish: BoardWish): Promise<Found> {
  const ties = tiesOf(asking.definitions, asking.board);
  const lines = await computeLines(tx, asking);
  const before = await computeBefore(
    tx,
    asking,
    await definitionsFor(tx, asking.orgId, asking.spans.before, asking.knownAt),
  );
  const ranksBefore = new Map(rankLines(before, ties).map(({ line, rank }) => [line.subject, rank]));
  const entries = rankLines(lines, ties).map(({ line, rank, gap }) =>
    entryOf(line, {
      roster: asking.roster,
      unit: asking.board.unit,
      rank,
      gap,
      movement: movementOf(ranksBefore.get(line.subject), rank),
    }),
  );
  const from = wish.from ?? 0;
  const limit = wish.limit ?? LIMITS.pageDefault;
  const me = entries.find((entry) => entry.subject === `person:${wish.me}`) ?? null;
  const next = from + limit < entries.length ? String(from + limit) : null;
  return { entries: entries.slice(from, from + limit), total: entries.length, me, next, lines };
}

function headOf({ board, scope, definitions }: Asking, variant: string): BoardView['about'] {
  const { kind, kpi } = measureName(board.measure);
  const definition = definitions.kpis.get(kpi)?.definition;
  const plain = kind === 'kpi' ? definition : undefined;
  const name =
    kind === 'score'
      ? 'Score'
      : kind === 'points'
        ? 'Points'
        : `${definition?.name ?? kpi}${kind === 'improved' ? ': most improved' : kind === 'to_target' ? ': share of target' : ''}`;
  const unit =
    plain?.unit ?? (kind === 'to_target' ? 'share' : kind === 'improved' ? (definition?.unit ?? 'number') : kind);
  return {
    measure: board.measure,
    name,
    unit,
    better: plain?.better ?? 'higher',
    mode: modeOf(variant),
    scope,
    subjectKind: board.unit,
  };
}

/** Benchmark mode compares with the target, oneself and the peers' average; it tells nobody a place. */
function unranked(me: BoardEntry | null, variant: string): BoardEntry | null {
  return me && modeOf(variant) === 'benchmark' ? { ...me, rank: null, movement: null, gap: null } : me;
}

/** The mode that a variant shows. */
export function modeOf(variant: string): string {
  if (variant.startsWith('me:')) return 'benchmark';
  return variant === 'top' ? 'top-n' : variant.startsWith('team:') ? 'team' : 'full';
}

const iso = (ms: number): string => new Date(ms).toISOString();
