import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { LIMITS } from '#contract/limits.ts';
import { answer } from '#server/attainment/performance/performance.ts';
import { FigureQuery, questionOf } from '#server/attainment/performance/routes.ts';
import { SUBJECT_KINDS, type SubjectId, type SubjectKind } from '#server/attainment/performance/subjects.ts';
import { invalid, missing } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import type { ReceiptWriter } from '#server/log/receipt.ts';
import { floorFor, orgOf } from '#server/people/door.ts';
import { seeMembers, seeSubject, type Viewer } from '#server/people/may.ts';
import { receiptOf } from './receipt.ts';

const Query = FigureQuery.extend({
  subject: z.string().max(80),
  measure: z
    .string()
    .regex(/^(score|[a-z]{1,20}:[A-Za-z0-9._:@-]{1,160})$/, 'must be score, kpi:ID or another NOUN:ID'),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.pageMost).default(LIMITS.pageDefault),
});

/** Why a number is what it is: of a score and of KPIs by this room, of all else by the room that the measure names. */
export const receiptDoor =
  (writers: readonly ReceiptWriter<Viewer>[]) =>
  async (plain: FastifyInstance, ground: Ground): Promise<void> => {
    const byNoun = new Map(writers.map((writer) => [writer.noun, writer]));
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get('/api/v1/receipts', { config: { may: seeSubject }, schema: { querystring: Query } }, async (request) => {
      const { subject, measure, cursor, limit } = request.query;
      const of = subjectOf(subject);
      const orgId = orgOf(request);
      const position = String(await ground.log.position(orgId));
      const noun = measure.slice(0, Math.max(0, measure.indexOf(':')));
      const writer = byNoun.get(noun);
      const { of: _of, now: _now, ...when } = questionOf(ground, request, of);
      const asked = { subject, measure, position, cursor, limit, when, viewer: request.viewer };
      if (writer) return writer.write(ground, orgId, asked);
      if (noun !== '' && noun !== 'kpi') throw missing(`There are no receipts of ${noun}.`);
      const found = await answer(ground.db.of(orgId), orgId, questionOf(ground, request, of));
      const listed = await mayList(ground, request.viewer, of);
      return receiptOf(ground.db.of(orgId), orgId, {
        answer: found,
        measure,
        told: { position, cursor, limit, listed, own: isOwn(request.viewer, of) },
      });
    });
  };

/** @throws Refusal invalid `subject` */
export function subjectOf(text: string): SubjectId {
  const cut = text.indexOf(':');
  const kind = text.slice(0, cut) as SubjectKind;
  if (cut > 0 && SUBJECT_KINDS.includes(kind) && cut < text.length - 1) return { kind, id: text.slice(cut + 1) };
  throw invalid('subject', 'A subject is person:ID, team:ID, queue:ID or site:ID.', [
    { path: '/subject', message: 'is no subject' },
  ]);
}

const isOwn = (viewer: Viewer, of: SubjectId): boolean =>
  viewer.kind === 'account' && of.kind === 'person' && viewer.personId === of.id;

/** Sums of many are for their members; the single events of many only for who may see those people one by one. */
async function mayList(ground: Ground, viewer: Viewer, of: SubjectId): Promise<boolean> {
  if (of.kind === 'person' || of.kind === 'queue') return true;
  return seeMembers(viewer, { id: of.kind === 'team' ? of.id : '' }, floorFor(ground, viewer));
}
