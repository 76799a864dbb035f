import { isAscii } from 'node:buffer';
import { LIMITS } from '#contract/limits.ts';
import { invalid, tooLarge, unsupported } from '#server/foundation/refusals.ts';

/** One item of a call: what it says, or that it cannot be read. */
export type Item = { raw: unknown } | { unreadable: string };

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Takes a request apart into items, by its content type: JSON (one or an array), CloudEvents structured, batched and
 * binary (`ce-` headers), or one JSON text a line.
 * @throws Refusal unreadable (400), too_large (413), media_type (415)
 */
export function itemsOf(headers: Headers, body: Buffer | null): Item[] {
  const { type, charset } = contentType(headers);
  const isBinary = headers['ce-specversion'] !== undefined || headers['ce-type'] !== undefined;
  if (!isBinary && !TAKEN.has(type)) throw unsupported(`This door takes ${[...TAKEN].join(', ')}.`);
  refuseEncoded(headers);
  const text = textOf(body ?? Buffer.alloc(0), charset);
  const items = isBinary ? [binaryItem(headers, type, text)] : READ[type]?.(text);
  if (!items) throw unsupported('This content type is not taken here.');
  if (items.length > LIMITS.eventsPerCall)
    throw tooLarge(`A call holds at most ${LIMITS.eventsPerCall} events; this one has ${items.length}.`);
  return items;
}

const READ: Record<string, (text: string) => Item[]> = {
  'application/json': (text) => {
    const value = jsonOf(text);
    return Array.isArray(value) ? value.map((raw) => ({ raw })) : [{ raw: objectOf(value) }];
  },
  'application/cloudevents+json': (text) => [{ raw: objectOf(jsonOf(text)) }],
  'application/cloudevents-batch+json': (text) => {
    const value = jsonOf(text);
    if (!Array.isArray(value)) throw unreadable('A CloudEvents batch is a JSON array.');
    return value.map((raw) => ({ raw }));
  },
  'application/x-ndjson': (text) =>
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(lineItem),
};

const TAKEN = new Set(Object.keys(READ));

const unreadable = (detail: string) => invalid('unreadable', detail);

function contentType(headers: Headers): { type: string; charset: string } {
  const given = String(headers['content-type'] ?? '');
  const [type = '', ...parameters] = given.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  return { type, charset: charset?.replaceAll('"', '') || 'utf-8' };
}

function refuseEncoded(headers: Headers): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw unsupported(`The content encoding ${String(encoding).slice(0, 40)} is not taken here.`);
}

/** The text without a byte order mark. */
function textOf(body: Buffer, charset: string): string {
  // most bodies: a byte a letter needs no decoding
  if (charset === 'utf-8' && isAscii(body)) return body.toString('latin1');
  const decoder = decoderOf(charset);
  try {
    return decoder.decode(body);
  } catch {
    throw unreadable(`The body is not valid ${charset}.`);
  }
}

function decoderOf(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch {
    throw unsupported(`The charset ${charset.slice(0, 40)} is not known.`);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(`The body is not JSON: ${(error as Error).message.slice(0, 200).toWellFormed()}`);
  }
}

function objectOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unreadable('An event is a JSON object.');
  return value;
}

function lineItem(line: string): Item {
  try {
    return { raw: JSON.parse(line) };
  } catch {
    return { unreadable: 'the line is not JSON' };
  }
}

/** Binary mode: the envelope stands in the headers, the body is the data. */
function binaryItem(headers: Headers, type: string, text: string): Item {
  if (type !== '' && type !== 'application/json' && !type.endsWith('+json'))
    throw unsupported('In binary mode the data is JSON.');
  const raw: Record<string, unknown> = { data: text.trim() === '' ? undefined : jsonOf(text) };
  for (const name of ATTRIBUTES) {
    const value = headers[`ce-${name}`];
    if (typeof value === 'string') raw[name] = percentDecoded(value);
  }
  return { raw };
}

const ATTRIBUTES = ['specversion', 'id', 'source', 'type', 'time'] as const;

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
