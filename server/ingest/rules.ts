import { EVENT_DATA, EVENT_TYPES, type EventType, type Rejection } from '#contract/events.ts';
import { Instant } from '#contract/words.ts';
import { HOUSE, type NewEvent } from '#server/log/catalogue.ts';
import { type Content, contentOf, type DoorContext, inRange, Refused, withoutNobody } from './content.ts';
import { forbiddenField } from './words.ts';

export type Reading = { event: NewEvent } | { refusal: Rejection };

/**
 * Reads one item of a call as an event for the log, or says why not. Pure; never throws.
 * Documented unknown fields are dropped, `null` counts as absent, placeholders for agents are nobody.
 */
export function readEvent(raw: unknown, index: number, context: DoorContext): Reading {
  const id = idOf(raw);
  try {
    return { event: eventOf(raw, context) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { refusal: { index, id, code: error.code, message: error.message } };
  }
}

/** The public type whose shape a correction's content has, or null. Offers come last: they ask for least. */
export function inferType(data: Record<string, unknown>): EventType | null {
  const fits = (type: EventType) => {
    const shape = EVENT_DATA[type];
    const known = Object.keys(data).every((key) => key in shape.shape);
    return known && shape.safeParse(withoutNobody(data)).success;
  };
  return INFERABLE.find(fits) ?? null;
}

const INFERABLE = [
  ...EVENT_TYPES.filter((type) => type !== 'correction' && type !== 'offer.made'),
  'offer.made',
] as const;

function eventOf(raw: unknown, context: DoorContext): NewEvent {
  const envelope = envelopeOf(raw);
  const data = dataOf(envelope);
  const time = timeOf(envelope, data, context);
  const { source, id, type } = envelope;
  if (type === 'correction') return { source, id, type, time, ...correctionOf(data, context, envelope) };
  return { source, id, type, time, ...contentOf(type, data, { context, source, at: 'data' }) };
}

type Envelope = { source: string; id: string; type: EventType; time: unknown; raw: Record<string, unknown> };

function envelopeOf(raw: unknown): Envelope {
  if (!isObject(raw)) throw new Refused('invalid_envelope', 'an event is a JSON object');
  if (raw.specversion !== '1.0') throw new Refused('invalid_envelope', 'specversion must be "1.0"');
  if (!isName(raw.id)) throw new Refused('id_invalid', `id ${NAME_RULE}`);
  if (!isName(raw.source)) throw new Refused('invalid_envelope', `source ${NAME_RULE}`);
  if (isHouse(raw.source)) throw new Refused('source_reserved', `the source "${HOUSE}" is the house's own`);
  if (typeof raw.type !== 'string') throw new Refused('invalid_envelope', 'type must be a text');
  if (!Object.hasOwn(EVENT_DATA, raw.type))
    throw new Refused('type_unknown', `there is no event type ${shown(raw.type)}`);
  return { source: raw.source, id: raw.id, type: raw.type as EventType, time: raw.time, raw };
}

const NAME_RULE = 'must be a well-formed text of 1 to 200 characters without control characters';

/** As `Text(200)` of the contract, by hand: this runs twice for every event. */
function isName(value: unknown): value is string {
  return (
    typeof value === 'string' && value !== '' && value.length <= 200 && !CONTROL.test(value) && value.isWellFormed()
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;

function dataOf({ raw }: Envelope): Record<string, unknown> {
  refuseForbidden(raw);
  const data = raw.data ?? decoded(raw.data_base64);
  if (!isObject(data)) throw new Refused('data_invalid', 'data: must be a JSON object');
  return data;
}

/** `data_base64` that holds JSON counts as data. */
function decoded(base64: unknown): unknown {
  if (typeof base64 !== 'string') return undefined;
  try {
    const data: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    refuseForbidden(data);
    return data;
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused('data_invalid', 'data_base64: does not hold JSON');
  }
}

function refuseForbidden(value: unknown): void {
  const found = forbiddenField(value);
  if (!found) return;
  const path = shown(found.path);
  if (found.why === 'emotion')
    throw new Refused('agent_emotion', `${path}: nothing is kept about what an agent feels; leave this field out`);
  if (found.why === 'prototype') throw new Refused('data_invalid', `${path}: this name is not taken`);
  throw new Refused('data_invalid', `${path}: nested too deeply`);
}

function timeOf(envelope: Envelope, data: Record<string, unknown>, context: DoorContext): number {
  const fallback = envelope.type === 'interaction.ended' ? data.endedAt : undefined;
  const time = envelope.time ?? fallback;
  if (time === undefined || time === null) throw new Refused('time_missing', 'time is missing');
  if (typeof time !== 'string' || !INSTANT.test(time))
    throw new Refused('invalid_envelope', 'time must be an RFC 3339 time with an offset');
  return inRange(['time'], Date.parse(time), context);
}

/** As `Instant` of the contract, by its own pattern. */
const INSTANT = Instant._zod.pattern;

/**
 * A replacement is checked against its target's type where that is known (in the log, or earlier in the call);
 * a correction that comes first must have the whole shape of one public type, and no field more.
 */
function correctionOf(
  data: Record<string, unknown>,
  context: DoorContext,
  self: Envelope,
): Content & Pick<NewEvent, 'replacement'> {
  const { data: head } = contentOf('correction', data, { context, source: self.source, at: 'data' });
  const of = head.of as { source: string; id: string };
  if (isHouse(of.source))
    throw new Refused('source_reserved', 'data.of.source: what the house said is not corrected here');
  if (of.source === self.source && of.id === self.id) throw new Refused('data_invalid', 'data.of: names itself');
  const plain = { agent: null, customer: null, interaction: null, data: { of, action: head.action } };
  if (head.action === 'retract') return plain;
  return { ...plain, replacement: replacementOf(head.data, of, context) };
}

function replacementOf(data: unknown, of: { source: string; id: string }, context: DoorContext): Content {
  if (!isObject(data))
    throw new Refused('data_invalid', 'data.data: is missing; a replacement carries the whole new data');
  const type = context.typeOf?.(of.source, of.id) ?? inferType(data);
  if (!type) throw new Refused('data_invalid', 'data.data: has the shape of no event type');
  if (type === 'correction' || !Object.hasOwn(EVENT_DATA, type))
    throw new Refused('data_invalid', `data.of: an event of type ${type} is not replaced, only retracted`);
  const { personal: _, ...content } = contentOf(type as EventType, data, {
    context,
    source: of.source,
    at: 'data.data',
  });
  return content;
}

function idOf(raw: unknown): string | null {
  if (!isObject(raw) || typeof raw.id !== 'string') return null;
  return raw.id.slice(0, 200).toWellFormed();
}

function isHouse(source: string): boolean {
  return source.trim().toLowerCase() === HOUSE;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Foreign text in a message: short, well-formed, quoted. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80).toWellFormed());
}
