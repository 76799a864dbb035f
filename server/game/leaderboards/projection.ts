import type { Redis } from 'ioredis';
import type { Board } from '#contract/definitions.ts';
import type { FactSums } from '#contract/facts.ts';
import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import { personSubject } from '#server/attainment/performance/subjects.ts';
import { type Definitions, planFor } from '#server/attainment/scoring/plan.ts';
import { BUCKET_MS } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { type Batch, type Projection, touched } from '#server/log/consumer.ts';
import type { Ground } from '#server/log/ground.ts';
import { type Roster, rosterOf } from '#server/people/roster.ts';
import { keptBoards } from './boards.ts';
import { computeLines, type Spanned } from './compute.ts';
import { lineOf, measureName, peopleOf, spansOf } from './lines.ts';
import {
  beginPosition,
  clearBoard,
  type KeptBoard,
  type KeptLine,
  keptOf,
  movePosition,
  readPosition,
  writeLines,
} from './redis-store.ts';
import type { Line } from './rules.ts';
import { addBatch, loadTally, type Tally } from './tally.ts';

/** A board in one scope and its present window, with the lines as Redis has them. */
type Shelf = {
  board: Board;
  scope: string;
  spans: Spanned;
  definitions: Definitions;
  among: Set<string> | null;
  lines: Map<string, KeptLine>;
  simple: boolean;
};
/** `position` is what was written last: where Redis holds another, it was emptied, or somebody else wrote. */
type State = { roster: Roster; shelves: Shelf[]; tallies: Map<string, Tally>; position: number };

/**
 * The kept boards in Redis, written after each commit in absolute values with the position they reflect.
 * Asks to be filled anew when definitions changed, a window turned, or Redis lost what it held.
 */
export function boardProjection({ db, redis }: Pick<Ground, 'db' | 'redis'>): Projection {
  const states = new Map<number, State>();
  return {
    name: 'boards',
    project: async (batch) => {
      const state = states.get(batch.orgId);
      const notes = touched(batch);
      if (!state || notes.definitions || turned(state, batch.now)) return 'refill';
      if ((await readPosition(redis, batch.orgId)) !== state.position) return 'refill';
      const people = await addDeltas(db.of(batch.orgId), state, batch);
      for (const shelf of state.shelves)
        await write(
          redis,
          { orgId: batch.orgId, position: notes.position, shelf, people: peopleFor(shelf, people, batch) },
          await linesOf(db.of(batch.orgId), { state, shelf, people, batch }),
        );
      // emptied in between, it would hold a part and look whole
      const step = { from: state.position, to: notes.position };
      if (!(await movePosition(redis, batch.orgId, step))) return 'refill';
      state.position = notes.position;
      return 'done';
    },
    refill: async (orgId, at) => {
      states.delete(orgId);
      await beginPosition(redis, orgId);
      const state = await fill({ tx: db.of(orgId), redis }, orgId, at);
      if (!(await movePosition(redis, orgId, { from: null, to: at.position })))
        throw new Error('Redis was emptied, or filled by another process, while the boards were filled');
      states.set(orgId, state);
    },
    holds: async (orgId) => {
      const state = states.get(orgId);
      return state !== undefined && (await readPosition(redis, orgId)) === state.position;
    },
    forget: (orgId) => void states.delete(orgId),
  };
}

const turned = (state: State, now: number): boolean =>
  state.shelves.some(({ spans }) => now >= spans.span.to || now < spans.span.from);
const keyOf = ({ buckets }: Spanned): string => `${buckets.from}-${buckets.to}`;

/** Brings the tallies up to the batch; returns the people it touched, by tally. */
async function addDeltas(tx: Tx, state: State, batch: Batch): Promise<Map<string, Set<string>>> {
  const people = new Map<string, Set<string>>();
  for (const { spans } of state.shelves) {
    const key = keyOf(spans);
    if (!people.has(key)) people.set(key, await addBatch(tx, state.tallies.get(key) as Tally, { batch, spans }));
  }
  return people;
}

/** Whose lines a batch may have changed: whoever has new facts in the window; for points, whoever the batch noted. */
const peopleFor = (shelf: Shelf, people: Map<string, Set<string>>, batch: Batch): ReadonlySet<string> =>
  measureName(shelf.board.measure).kind === 'points'
    ? touched(batch).people
    : (people.get(keyOf(shelf.spans)) ?? new Set());

type Work = { state: State; shelf: Shelf; people: Map<string, Set<string>>; batch: Batch };

async function linesOf(tx: Tx, { state, shelf, people, batch }: Work): Promise<Line[]> {
  const mine = [...peopleFor(shelf, people, batch)].filter((person) => !shelf.among || shelf.among.has(person));
  if (mine.length === 0) return [];
  const { board, scope, spans, definitions } = shelf;
  const asking = { orgId: batch.orgId, board, scope, spans, definitions, roster: state.roster, now: batch.now };
  if (!shelf.simple) return computeLines(tx, asking, mine);
  const measure = measureName(board.measure);
  const tally = state.tallies.get(keyOf(spans)) as Tally;
  return mine.flatMap((person) => {
    const subject = personSubject(state.roster, person, spans.span.to);
    const own = tally.get(person);
    if (!subject || !own || isNothing(own.sums)) return [];
    return (
      lineOf(
        { subject, figures: { sums: own.sums }, lastAt: own.last * BUCKET_MS },
        { definitions, measure, now: batch.now },
      ) ?? []
    );
  });
}

function isNothing(sums: FactSums): boolean {
  for (const fact in sums) if (sums[fact]) return false;
  return true;
}

async function write(
  redis: Redis,
  at: { orgId: number; position: number; shelf: Shelf; people?: ReadonlySet<string> | undefined },
  lines: Line[],
): Promise<void> {
  const { board, scope, spans, lines: known } = at.shelf;
  const changes: { line: KeptLine | null; was: KeptLine | null }[] = lines.map((line) => {
    const was = known.get(line.subject) ?? null;
    const kept = keptOf(line, at.position);
    known.set(line.subject, kept);
    return { line: kept, was };
  });
  const there = new Set(lines.map((line) => line.subject));
  for (const person of at.people ?? []) {
    const was = known.get(person);
    if (!was || there.has(person)) continue;
    known.delete(person);
    changes.push({ line: null, was });
  }
  await writeLines(
    redis,
    { orgId: at.orgId, board: board.id, scope, from: spans.span.from, position: at.position },
    changes,
  );
}

async function fill(
  { tx, redis }: { tx: Tx; redis: Redis },
  orgId: number,
  at: { position: number; now: number },
): Promise<State> {
  const state: State = { roster: await rosterOf(tx, orgId), shelves: [], tallies: new Map(), position: at.position };
  for (const board of await keptBoards(tx, orgId)) {
    for (const scope of board.scopes)
      state.shelves.push(await makeShelf(tx, { orgId, board, scope, now: at.now }, state));
  }
  for (const shelf of state.shelves) {
    const { board, scope, spans } = shelf;
    const definitions = await definitionsFor(tx, orgId, spans.before);
    const before = {
      ...shelf,
      definitions,
      spans: { ...spans, span: spans.before, buckets: spans.bucketsBefore },
      lines: new Map(),
    };
    for (const one of [before, shelf]) {
      const asking = {
        orgId,
        board,
        scope,
        spans: one.spans,
        definitions: one.definitions,
        roster: state.roster,
        now: at.now,
      };
      const kept: KeptBoard = { orgId, board: board.id, scope, from: one.spans.span.from };
      await clearBoard(redis, kept);
      await write(redis, { orgId, position: at.position, shelf: one }, await computeLines(tx, asking));
    }
  }
  return state;
}

async function makeShelf(
  tx: Tx,
  at: { orgId: number; board: Board; scope: string; now: number },
  state: State,
): Promise<Shelf> {
  const { orgId, board, scope, now } = at;
  const spans = spansOf(state.roster, scope, { name: board.window, at: now });
  const definitions = await definitionsFor(tx, orgId, spans.span);
  const people = peopleOf(state.roster, scope, spans.span.to - 1);
  const key = keyOf(spans);
  if (!state.tallies.has(key)) {
    state.tallies.set(key, await loadTally(tx, orgId, spans));
  }
  return {
    board,
    scope,
    spans,
    definitions,
    among: people && new Set(people),
    lines: new Map(),
    simple: isSimple(definitions, board),
  };
}

/** Whether the sums of a window are all that the board's figures need. */
function isSimple(definitions: Definitions, board: Board): boolean {
  const { kind, kpi } = measureName(board.measure);
  if (kind === 'points') return false;
  const definition = definitions.kpis.get(kpi)?.definition;
  if (kind === 'kpi' && (definition?.filter || definition?.caseMix)) return false;
  const card = planFor(definitions, { kind: 'team', id: '', site: null });
  const filtered = [...definitions.kpis.values()].some(
    (measure) => measure.definition.filter || measure.definition.caseMix,
  );
  return !card.needs.buckets && !filtered;
}
