import type { Receipt } from '#contract/receipts.ts';
import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import { figuresOf, needPlaces } from '#server/attainment/performance/figures.ts';
import { windowOf } from '#server/attainment/performance/performance.ts';
import { type SubjectId, seat } from '#server/attainment/performance/subjects.ts';
import { receiptOf } from '#server/attainment/receipts/receipt.ts';
import { subjectOf } from '#server/attainment/receipts/routes.ts';
import { planFor } from '#server/attainment/scoring/plan.ts';
import type { Tx } from '#server/foundation/db.ts';
import { missing } from '#server/foundation/refusals.ts';
import { earningsBetween } from '#server/game/points/store.ts';
import type { Ground } from '#server/log/ground.ts';
import { BARE, listed, ownEvents, type ReceiptAsked, type ReceiptWriter } from '#server/log/receipt.ts';
import { floorFor } from '#server/people/door.ts';
import { seeMembers, type Viewer } from '#server/people/may.ts';
import { rosterOf } from '#server/people/roster.ts';
import { type Asking, computeBefore, computeLines, windowBefore } from './compute.ts';
import { tiesOf } from './entries.ts';
import { measureName } from './lines.ts';
import { variantOf } from './live.ts';
import { earnedStep, type Placed, placeSentence, placeSteps, valueSteps } from './place-rules.ts';
import { rankLines } from './rules.ts';
import { askingFor } from './view.ts';

type Why = { asking: Asking; asked: ReceiptAsked<Viewer>; of: SubjectId; listed: boolean };

/** `board:ID` or `board:ID@SCOPE`: why somebody has this number and this place on a board, down to the events. */
export const boardReceipt: ReceiptWriter<Viewer> = {
  noun: 'board',
  write: async (ground, orgId, asked) => {
    const of = subjectOf(asked.subject);
    const isListed = of.kind === 'person' || (await seeMembers(asked.viewer, of, floorFor(ground, asked.viewer)));
    return ground.db.of(orgId).snapshot(async (tx) => {
      const asking = await askingOf(tx, ground, orgId, asked);
      const placed = of.kind === asking.board.unit ? await placeOf(tx, asking, of.id) : null;
      if (!placed) throw missing(`${asked.subject} has no row on ${asking.board.id} in this window.`);
      const why = await whyOf(tx, { asking, asked, of, listed: isListed });
      // a board that compares tells nobody a place
      const tells = !variantOf(asked.viewer, asking.board.mode).startsWith('me:');
      return {
        ...why,
        subject: asked.subject,
        measure: asked.measure,
        value: placed.line.value,
        sentence: [tells ? placeSentence(placed) : '', why.sentence].filter(Boolean).join(' '),
        steps: [...why.steps, ...(tells ? placeSteps(placed) : [])],
      };
    });
  },
};

async function askingOf(tx: Tx, { clock }: Ground, orgId: number, asked: ReceiptAsked<Viewer>): Promise<Asking> {
  const [id = '', scope = 'org'] = asked.measure.slice('board:'.length).split('@');
  const wish = { orgId, id, scope, ...asked.when, variant: 'full' };
  return askingFor(tx, wish, { roster: await rosterOf(tx, orgId), now: clock.now() });
}

async function placeOf(tx: Tx, asking: Asking, id: string): Promise<Placed | null> {
  const { orgId, spans, definitions, board, roster, knownAt } = asking;
  const ties = tiesOf(definitions, board);
  const rows = rankLines(await computeLines(tx, asking), ties);
  const at = rows.findIndex(({ line }) => line.subject === id);
  const row = rows[at];
  if (!row) return null;
  const then = await computeBefore(tx, asking, await definitionsFor(tx, orgId, spans.before, knownAt));
  return {
    name: (board.unit === 'team' ? roster.teams : roster.people).get(id)?.name ?? id,
    line: row.line,
    rank: row.rank,
    of: rows.filter(({ rank }) => rank !== null).length,
    better: row.rank === null ? null : (rows[row.rank - 2]?.line ?? null),
    before: rankLines(then, ties).find(({ line }) => line.subject === id)?.rank ?? null,
  };
}

/** What the row itself is made of: a score or KPI on the board's own calendar, or points. */
async function whyOf(tx: Tx, why: Why): Promise<Receipt> {
  const { asking, asked } = why;
  const { kind, kpi } = measureName(asking.board.measure);
  if (kind === 'points') return pointsOf(tx, why);
  const measure = kind === 'score' ? 'score' : `kpi:${kpi}`;
  const told = { ...asked, listed: why.listed, own: isOwn(why) };
  const receipt = await receiptOf(tx, asking.orgId, { answer: await answerOf(tx, why, asking), measure, told });
  const then = kind === 'improved' ? await answerOf(tx, why, windowBefore(asking)) : null;
  const before = then && (await receiptOf(tx, asking.orgId, { answer: then, measure, told }));
  const more = valueSteps(kind, { why: receipt.steps, before: before?.steps ?? [] });
  return { ...receipt, steps: [...receipt.steps, ...more] };
}

const isOwn = ({ asked, of }: Why): boolean =>
  asked.viewer.kind === 'account' && of.kind === 'person' && asked.viewer.personId === of.id;

/** The answer behind a row: of the same window, definitions and team as the board's. */
async function answerOf(tx: Tx, { of }: Why, { orgId, roster, definitions, spans, knownAt, now }: Asking) {
  const { span } = spans;
  const seated = seat(roster, of, span.to);
  const asked = { whose: seated.whose, span, knownAt, places: needPlaces(definitions) };
  const figures = await figuresOf(tx, orgId, asked);
  const question = { of, window: span.name, at: span.from, knownAt, now };
  return { question, span, roster, seated, definitions, plan: planFor(definitions, seated.subject), figures };
}

async function pointsOf(tx: Tx, { asking, asked, of }: Why): Promise<Receipt> {
  const { orgId, roster, spans } = asking;
  const people = seat(roster, of, spans.span.to).whose.people ?? [];
  const movements = await earningsBetween(tx, orgId, { from: spans.span.from, to: spans.span.to, people });
  const events = await ownEvents(
    tx,
    orgId,
    movements.map(({ id }) => id),
  );
  const step = earnedStep(movements.map(({ points }) => points));
  return {
    ...BARE,
    subject: asked.subject,
    measure: asked.measure,
    position: asked.position,
    window: windowOf(spans.span),
    value: step.result,
    sentence: `${step.result} points from ${movements.length} movements.`,
    steps: [step],
    ...listed(events),
  };
}
