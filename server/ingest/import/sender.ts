import type { IngestReply } from '#contract/events.ts';
import type { SentEvent } from '../files/mapping.ts';
import type { Client } from './client.ts';
import type { Rejects } from './rejects.ts';
import type { Row } from './rows.ts';

/** A row of the file with the events it gives. */
export type Unit = { line: number; text: string; events: SentEvent[] };
export type Tally = { read: number; accepted: number; duplicates: number; rejected: number; skipped: number };

export const NO_ROWS: Tally = { read: 0, accepted: 0, duplicates: 0, rejected: 0, skipped: 0 };

export type Sender = {
  tally: Tally;
  refuse(line: number, reason: string, text: string): Promise<void>;
  skip(): void;
  send(unit: Unit): Promise<void>;
  /** Settled when everything given so far is answered. */
  flush(): Promise<void>;
  /** The greatest position answered, or null. */
  position(): string | null;
};

/** Passes a row on as what it became. */
export async function pass(sender: Sender, { line, text, reading }: Row): Promise<void> {
  if ('refusal' in reading) await sender.refuse(line, reading.refusal, text);
  else if ('skipped' in reading) sender.skip();
  else await sender.send({ line, text, events: reading.events });
}

/** What takes a batch in: the server, or in a dry run only the rules of the door. */
export type Door = (events: SentEvent[]) => Promise<IngestReply>;

export const serverDoor =
  (client: Client): Door =>
  (events) =>
    client.send('POST', '/api/v1/events?detail=true', events);

const EVENTS_AT_ONCE = 1_000;
const IN_FLIGHT = 2;

/** Sends rows in batches, two on their way at a time. A row is refused if one of its events is, accepted if one is new, else a duplicate. */
export function openSender(door: Door, rejects: Rejects, prepare: (events: SentEvent[]) => Promise<void>): Sender {
  const tally: Tally = { ...NO_ROWS };
  const flying = new Set<Promise<void>>();
  let waiting: Unit[] = [];
  let count = 0;
  let last: bigint | null = null;
  let failed: unknown;

  const refuse = async (line: number, reason: string, text: string) => {
    tally.read++;
    tally.rejected++;
    await rejects.add(line, reason, text);
  };
  const post = async (units: Unit[]) => {
    const events = units.flatMap((unit) => unit.events);
    await prepare(events);
    const reply = await door(events);
    const position = BigInt(reply.position);
    if (last === null || position > last) last = position;
    await settle(units, reply);
  };
  const settle = async (units: Unit[], reply: IngestReply) => {
    const reasons = new Map(reply.rejected.map((one) => [one.index, `${one.code}: ${one.message}`]));
    const duplicated = new Set(reply.duplicated);
    let from = 0;
    for (const { line, text, events } of units) {
      const places = events.map((_, i) => from + i);
      from += events.length;
      const reason = places.map((place) => reasons.get(place)).find((one) => one !== undefined);
      if (reason !== undefined) await refuse(line, reason, text);
      else {
        tally.read++;
        if (places.some((place) => !duplicated.has(place))) tally.accepted++;
        else tally.duplicates++;
      }
    }
  };
  const dispatch = async () => {
    if (waiting.length === 0) return;
    const units = waiting;
    waiting = [];
    count = 0;
    while (flying.size >= IN_FLIGHT) await Promise.race(flying);
    const flight = post(units)
      .catch((error: unknown) => {
        failed ??= error;
      })
      .finally(() => void flying.delete(flight));
    flying.add(flight);
    if (failed) throw failed;
  };
  return {
    tally,
    refuse,
    skip: () => {
      tally.read++;
      tally.skipped++;
    },
    send: async (unit) => {
      waiting.push(unit);
      count += unit.events.length;
      if (count >= EVENTS_AT_ONCE) await dispatch();
    },
    flush: async () => {
      await dispatch();
      await Promise.all(flying);
      if (failed) throw failed;
    },
    position: () => (last === null ? null : String(last)),
  };
}
