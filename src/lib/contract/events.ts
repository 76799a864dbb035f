import { z } from 'zod';
import { Instant, Millis, Text } from './words.ts';

const Agent = Text(200);
const Ref = Text(200);
const Count = z.int().min(0).max(100_000);
const Url = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2000)
  .refine((s) => s.isWellFormed(), 'must be well-formed text');
const Currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code');
const SPAN_MS = 31 * 24 * 60 * 60 * 1000;

/** A span of a schedule: forwards, and short enough to be split into buckets. */
const forwards = (d: { from: string; to: string }) => Date.parse(d.from) < Date.parse(d.to);
const bounded = (d: { from: string; to: string }) => Date.parse(d.to) - Date.parse(d.from) <= SPAN_MS;
const FORWARDS = { path: ['to'], message: 'must be after from' };
const BOUNDED = { path: ['to'], message: 'must be at most 31 days after from' };

export const OUTCOMES = ['handled', 'abandoned', 'missed', 'rejected', 'voicemail', 'callback', 'left_in_ivr'] as const;
export const STATES = ['available', 'on_contact', 'wrap', 'pause', 'offline'] as const;

/** The public event types and the shape of their `data`. Unknown fields are dropped; agent-emotion fields are refused. */
export const EVENT_DATA = {
  'interaction.ended': z.object({
    interactionId: Ref,
    segment: z.int().min(0).max(10_000).optional(),
    agent: Agent.optional(),
    queue: Text(64),
    channel: Text(32).default('voice'),
    direction: z.enum(['inbound', 'outbound']).default('inbound'),
    offeredAt: Instant,
    answeredAt: Instant.optional(),
    endedAt: Instant,
    waitMs: Millis.default(0),
    ringMs: Millis.default(0),
    talkMs: Millis.default(0),
    holdMs: Millis.default(0),
    holdCount: Count.default(0),
    acwMs: Millis.default(0),
    outcome: z.enum(OUTCOMES),
    transfer: z.enum(['none', 'blind', 'consult']).default('none'),
    customer: Text(200).optional(),
    resolved: z.boolean().optional(),
    recordingUrl: Url.optional(),
  }),
  'agent.state': z.object({ agent: Agent, state: z.enum(STATES), reason: Text(64).optional() }),
  'survey.answered': z
    .object({
      interactionId: Ref.optional(),
      agent: Agent.optional(),
      kind: z.enum(['csat', 'nps', 'ces']),
      score: z.number().min(-1000).max(1000),
      scaleMin: z.number().min(-1000).max(1000),
      scaleMax: z.number().min(-1000).max(1000),
    })
    .refine((d) => d.scaleMin < d.scaleMax, { path: ['scaleMax'], message: 'must be above scaleMin' })
    .refine((d) => d.score >= d.scaleMin && d.score <= d.scaleMax, {
      path: ['score'],
      message: 'must lie on the scale',
    })
    .refine((d) => d.kind !== 'nps' || (d.scaleMin === 0 && d.scaleMax === 10 && Number.isInteger(d.score)), {
      path: ['score'],
      message: 'NPS is a whole number from 0 to 10',
    }),
  'evaluation.completed': z
    .object({
      interactionId: Ref.optional(),
      agent: Agent,
      form: Text(64),
      formVersion: z.union([z.int().min(0), Text(64)]),
      evaluator: Text(200),
      points: z.int().min(0).max(1_000_000),
      possible: z.int().min(1).max(1_000_000),
      criticalFailed: z.boolean().default(false),
    })
    .refine((d) => d.points <= d.possible, { path: ['points'], message: 'must not exceed possible' }),
  'sale.closed': z.object({
    agent: Agent,
    interactionId: Ref.optional(),
    amountMinor: z.int().min(0).max(1_000_000_000_000),
    currency: Currency,
    units: Count.default(1),
  }),
  'offer.made': z.object({
    agent: Agent,
    interactionId: Ref.optional(),
    amountMinor: z.int().min(0).max(1_000_000_000_000).optional(),
    currency: Currency.optional(),
    units: Count.default(1),
  }),
  'ticket.resolved': z.object({ agent: Agent, ticketId: Ref, customer: Text(200).optional() }),
  'ticket.reopened': z.object({ agent: Agent, ticketId: Ref, customer: Text(200).optional() }),
  'schedule.published': z.object({
    agent: Agent,
    activities: z
      .array(
        z
          .object({ from: Instant, to: Instant, activity: Text(64), productive: z.boolean() })
          .refine(forwards, FORWARDS)
          .refine(bounded, BOUNDED),
      )
      .min(1)
      .max(500),
  }),
  'adherence.measured': z
    .object({ agent: Agent, from: Instant, to: Instant, scheduledMs: Millis, adherentMs: Millis })
    .refine(forwards, FORWARDS)
    .refine(bounded, BOUNDED)
    .refine((d) => d.adherentMs <= d.scheduledMs, { path: ['adherentMs'], message: 'must not exceed scheduledMs' }),
  'conversation.analyzed': z.object({
    interactionId: Ref,
    agent: Agent.optional(),
    customerSentiment: z.number().min(-1).max(1).optional(),
    categories: z.array(Text(100)).max(100).default([]),
    transcriptUrl: Url.optional(),
  }),
  'measurement.recorded': z.object({
    agent: Agent,
    fact: z.string().regex(/^[a-z][a-z0-9_]{0,47}$/, 'must match [a-z][a-z0-9_]{0,47}'),
    value: z.int().min(-1_000_000_000_000).max(1_000_000_000_000),
  }),
  correction: z.object({
    of: z.object({ source: Text(200), id: Text(200) }),
    action: z.enum(['retract', 'replace']),
    data: z.record(z.string(), z.unknown()).optional(),
  }),
} as const;

export type EventType = keyof typeof EVENT_DATA;
export type EventData = { [T in EventType]: z.infer<(typeof EVENT_DATA)[T]> };

export const EVENT_TYPES = Object.keys(EVENT_DATA) as EventType[];

/** Why the door refuses one event of a call; a closed list. */
export const REJECTIONS = [
  'invalid_envelope',
  'id_invalid',
  'type_unknown',
  'source_reserved',
  'time_missing',
  'time_ahead',
  'time_before_epoch',
  'data_invalid',
  'agent_emotion',
  'currency_other',
  'sealed',
] as const;
export type RejectionCode = (typeof REJECTIONS)[number];

/** One refused event: its place in the call, its id as far as it could be read, and why. */
export type Rejection = { index: number; id: string | null; code: RejectionCode; message: string };

/** What a client sends: a CloudEvents 1.0 object. `time` may be missing only where `data.endedAt` stands in for it. */
export const Envelope = z.object({
  specversion: z.literal('1.0'),
  id: Text(200),
  source: Text(200),
  type: z.string().max(100),
  time: Instant.optional(),
  data: z.unknown(),
});

/** The answer of `POST /api/v1/events`, given after the commit. */
export type IngestReply = {
  accepted: number;
  duplicates: number;
  rejected: Rejection[];
  /** Indexes of the duplicates; only with `?detail=true`. */
  duplicated?: number[];
  position: string;
};

/** The last line that `npm run import` prints. */
export type ImportReport = {
  read: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  skipped: number;
  rejectsFile: string | null;
  position: string | null;
};

/** How fresh a source is, as `GET /api/v1/sources` tells it. `lastEventAt` is valid time, the others are ours. */
export type Source = {
  name: string;
  firstAt: string;
  lastEventAt: string;
  lastReceivedAt: string;
  accepted: number;
  backfill: 'silent' | 'award';
};
