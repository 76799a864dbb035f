import { setTimeout as pause } from 'node:timers/promises';
import type { ImportHow, UploadReport } from '#contract/imports.ts';
import { invalid, Refusal } from '#server/foundation/refusals.ts';
import { isTimeZone } from '#server/foundation/zones.ts';
import type { Ground } from '#server/log/ground.ts';
import { peopleOfAgents } from '#server/people/agent-commands.ts';
import { atDesk } from '#server/people/commands.ts';
import { agentsOfNobody } from '#server/people/unmapped.ts';
import { takeIn, tryIn } from '../commands.ts';
import { readMapping, type SentEvent } from '../files/mapping.ts';
import type { Mapping } from '../files/mapping-schema.ts';
import { isNobody } from '../words.ts';
import { PlainError } from './options.ts';
import type { Rejects } from './rejects.ts';
import { type Row, rowsOf } from './rows.ts';
import { type Door, openSender, pass, type Tally } from './sender.ts';
import { shippedMapping } from './shipped.ts';

const SHOWN = { refused: 1_000, sample: 5, agents: 200, text: 500 };
const MOST_AGENTS = 20_000;
const PATIENCE = 60;

/** Whoever is told how far it is (`rows` is one object that grows), and may end it between two rows. */
export type Heard = { stop: AbortSignal; rows(tally: Tally): void };
export type Upload = { how: ImportHow; bytes: AsyncIterable<Uint8Array>; heard?: Heard };
type At = { ground: Ground; orgId: number };

/**
 * Brings an uploaded file through the ingest door as it comes in, or only says what would become of it.
 * @throws Refusal invalid `mapping_invalid`, `time_zone_unknown`; whatever lay before a broken end stays in, and is a
 *   duplicate when the file comes again
 */
export async function importUpload(at: At, { how, bytes, heard }: Upload): Promise<UploadReport> {
  const { source, zone = null, dryRun } = how;
  if (zone !== null && !isTimeZone(zone)) throw invalid('time_zone_unknown', `"${zone}" is no time zone.`);
  const mapping = how.mapping === undefined ? null : await mappingOf(how.mapping);
  const seen = newSeen();
  const prepare = how.createPeople && !dryRun ? peopleOf(at, source) : async () => {};
  const sender = openSender(dryRun ? tryingDoor(at) : patientDoor(at), seen.rejects, prepare);
  heard?.rows(sender.tally);
  try {
    for await (const row of rowsOf(bytes, mapping, { source, zone })) {
      if (heard?.stop.aborted) break;
      seen.row(row);
      await pass(sender, row);
    }
  } catch (error) {
    if (error instanceof PlainError) throw invalid('mapping_invalid', error.message);
    throw error;
  } finally {
    await sender.flush();
  }
  const named = [...seen.agents];
  const unknown = await agentsOfNobody(at.ground.db.of(at.orgId), at.orgId, { source, agents: named });
  return {
    dryRun,
    ...sender.tally,
    position: dryRun ? null : sender.position(),
    refused: seen.refused.sort((a, b) => a.line - b.line),
    sample: seen.sample,
    agents: { named: named.length, unknown: unknown.slice(0, SHOWN.agents) },
  };
}

async function mappingOf(given: NonNullable<ImportHow['mapping']>): Promise<Mapping> {
  try {
    return readMapping(typeof given === 'string' ? await shippedMapping(given) : given);
  } catch (error) {
    throw error instanceof Refusal ? error : invalid('mapping_invalid', (error as Error).message);
  }
}

const rawOf = (events: SentEvent[]) => events.map((raw) => ({ raw }));

/** What was seen once within the file counts as there, as it would be by then. */
function tryingDoor({ ground, orgId }: At): Door {
  const earlier = new Set<string>();
  return async (events) => {
    const reply = await tryIn(ground, orgId, rawOf(events));
    const bad = new Set(reply.rejected.map(({ index }) => index));
    const known = new Set(reply.duplicated);
    const duplicated = events.flatMap((event, i) => {
      if (bad.has(i)) return [];
      const isAgain = earlier.has(event.id) || known.has(i);
      earlier.add(event.id);
      return isAgain ? [i] : [];
    });
    return {
      ...reply,
      duplicated,
      duplicates: duplicated.length,
      accepted: events.length - bad.size - duplicated.length,
    };
  };
}

const AHEAD_MS = 1_000;

/** A file has time, and half of one helps nobody: it waits for the figures, and asks a busy log again. */
function patientDoor({ ground, orgId }: At): Door {
  return async (events) => {
    // else the events of now would be refused for the sake of old ones
    while (ground.log.behindMs() > AHEAD_MS) await pause(100);
    for (let attempt = 1; ; attempt++) {
      try {
        return await takeIn(ground, orgId, rawOf(events));
      } catch (error) {
        if (!(error instanceof Refusal && error.kind === 'busy') || attempt === PATIENCE) throw error;
        await pause(1_000 * (error.retryAfterSeconds ?? 1));
      }
    }
  };
}

/** Makes people of the agents of each batch before its events go in, one batch after the other. */
function peopleOf({ ground, orgId }: At, source: string): (events: SentEvent[]) => Promise<void> {
  const done = new Set<string>();
  let turn: Promise<unknown> = Promise.resolve();
  return async (events) => {
    const named = events.flatMap(({ data }) => (typeof data.agent === 'string' ? [data.agent.trim()] : []));
    const unseen = [...new Set(named)].filter((agent) => !done.has(agent) && !isNobody(agent));
    for (const agent of unseen) done.add(agent);
    if (unseen.length > 0)
      turn = turn.then(() => atDesk(ground, orgId, (desk) => peopleOfAgents(desk, { source, agents: unseen })));
    await turn;
  };
}

/** What the report shows of a file. */
function newSeen() {
  const refused: UploadReport['refused'] = [];
  const sample: UploadReport['sample'] = [];
  const agents = new Set<string>();
  const rejects: Rejects = {
    add: async (line, reason, row) => {
      if (refused.length < SHOWN.refused) refused.push({ line, reason, row: row.slice(0, SHOWN.text) });
    },
    file: () => null,
    close: async () => {},
  };
  return {
    refused,
    sample,
    agents,
    rejects,
    row: ({ line, text, reading }: Row): void => {
      if (!('events' in reading)) return;
      if (sample.length < SHOWN.sample) {
        const events = reading.events.map(({ type, time, data }) => ({ type, ...(time ? { time } : {}), data }));
        sample.push({ line, row: text.slice(0, SHOWN.text), events });
      }
      for (const { data } of reading.events)
        if (typeof data.agent === 'string' && !isNobody(data.agent) && agents.size < MOST_AGENTS)
          agents.add(data.agent.trim());
    },
  };
}
