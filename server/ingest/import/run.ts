import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ImportReport } from '#contract/events.ts';
import { readMapping, type SentEvent } from '../files/mapping.ts';
import type { Mapping } from '../files/mapping-schema.ts';
import { newQueueLog, readLine } from '../files/queue-log.ts';
import { readEvent } from '../rules.ts';
import { type Client, FIRST, openClient } from './client.ts';
import { followLines, readMark, writeMark } from './follow.ts';
import { type Options, PlainError } from './options.ts';
import { peopleMaker, unmappedAgents } from './people.ts';
import type { Progress } from './progress.ts';
import { openRejects } from './rejects.ts';
import { type Row, rowsOf, whole } from './rows.ts';
import { type Door, openSender, pass, type Sender, serverDoor } from './sender.ts';
import { SHIPPED } from './shipped.ts';

/**
 * Sends a file through the ingest door and waits until it is reflected.
 * @param stop ends it early and cleanly: what was read so far is sent and counted
 * @throws PlainError for whatever the caller can put right
 */
export async function runImport(options: Options, progress: Progress, stop: AbortSignal): Promise<ImportReport> {
  await access(options.file).catch(() => Promise.reject(new PlainError(`The file ${options.file} cannot be read.`)));
  const mapping = options.mapping === null ? null : await mappingFrom(options.mapping, options.folder);
  const source = options.source ?? mapping?.source;
  if (!source)
    throw new PlainError('Name the source with --source NAME: it tells these events from those of other systems.');
  const client = options.dryRun ? null : openClient(options.url, options.key ?? '');
  await client?.get(FIRST);
  const prepare = client && options.createPeople ? makingPeople(client, source) : async () => {};
  const rejects = openRejects(options.file, options.folder);
  const sender = openSender(client ? serverDoor(client) : dryDoor, rejects, prepare);
  const run = { options, source, sender, progress, stop };
  try {
    if (options.follow) await follow(run);
    else for await (const row of rowsUntil(run, mapping)) await take(run, row);
    await sender.flush();
  } finally {
    await rejects.close();
    progress.end(sender.tally);
  }
  if (client) await settle({ source, progress, position: sender.position() }, options);
  const position = options.dryRun ? null : sender.position();
  return { ...sender.tally, rejectsFile: rejects.file(), position };
}

type Run = { options: Options; source: string; sender: Sender; progress: Progress; stop: AbortSignal };

/** A mapping by its file, from where one stands or from the root, or by the name of one that is shipped. */
async function mappingFrom(name: string, folder: string): Promise<Mapping> {
  const places = [
    path.resolve(folder, name),
    path.resolve(name),
    path.join(SHIPPED, `${path.basename(name, '.json')}.json`),
  ];
  let text: string | null = null;
  for (const place of places) text ??= await readFile(place, 'utf8').catch(() => null);
  if (text === null) throw new PlainError(`The mapping ${name} cannot be read.`);
  try {
    return readMapping(JSON.parse(text));
  } catch (error) {
    throw new PlainError(
      error instanceof SyntaxError ? `The mapping ${name} is not JSON: ${error.message}` : (error as Error).message,
    );
  }
}

/** Stops the reading at the next row when asked to. */
async function* rowsUntil({ options, source, stop }: Run, mapping: Mapping | null): AsyncGenerator<Row> {
  const bytes = createReadStream(options.file, { highWaterMark: 256 * 1024 });
  for await (const row of rowsOf(bytes, mapping, { source, zone: options.zone })) {
    if (stop.aborted) return;
    yield row;
  }
}

async function take({ sender, progress }: Run, row: Row): Promise<void> {
  await pass(sender, row);
  progress.show(sender.tally);
}

/** Keeps reading until stopped; after each piece what was sent is on disk there, then the place is written down here. */
async function follow(run: Run): Promise<void> {
  const { options, source, sender, progress, stop } = run;
  const file = options.state ?? stateFile(options.file, source);
  const mark = await readMark(file);
  const log = mark?.log ?? newQueueLog();
  let line = mark?.line ?? 0;
  progress.say(`Following ${options.file}${mark ? ` from byte ${mark.offset}` : ''}; Ctrl-C ends it.`);
  for await (const { lines, inode, offset, idle } of followLines(options.file, mark, stop)) {
    if (idle) continue;
    for (const text of lines) {
      line++;
      if (text.trim() === '') continue;
      await take(run, whole({ line, text, reading: readLine(log, text, { source, zone: options.zone }) }));
    }
    await sender.flush();
    await writeMark(file, { inode, offset, line, log });
  }
}

function stateFile(file: string, source: string): string {
  const name = createHash('sha256')
    .update(`${path.resolve(file)}\n${source}`)
    .digest('hex')
    .slice(0, 16);
  return path.resolve(process.env.DATA_DIR || '.data', 'import', `${name}.json`);
}

function makingPeople(client: Client, source: string): (events: SentEvent[]) => Promise<void> {
  const make = peopleMaker(client, source);
  return (events) => make(events.flatMap(({ data }) => (typeof data.agent === 'string' ? [data.agent.trim()] : [])));
}

/** The rules of the door without a server; what only the server knows (currency, epoch, duplicates) is not checked. */
const dryDoor: Door = async (events) => {
  const context = { now: Date.now(), epoch: Date.parse('1990-01-01T00:00:00Z'), currency: '' };
  const rejected = events.flatMap((event, index) => {
    const reading = readEvent(event, index, context);
    return 'refusal' in reading && reading.refusal.code !== 'currency_other' ? [reading.refusal] : [];
  });
  return { accepted: events.length - rejected.length, duplicates: 0, rejected, duplicated: [], position: '0' };
};

const REFLECTED_WITHIN_MS = 30 * 60_000;

type Settling = { source: string; progress: Progress; position: string | null };

/** Waits until everything is reflected, then names the agents that nobody answers for. */
async function settle({ source, progress, position }: Settling, options: Options): Promise<void> {
  const client = openClient(options.url, options.key ?? '', REFLECTED_WITHIN_MS);
  if (position !== null) await client.get(`${FIRST}&after=${position}`);
  if (options.createPeople) return;
  const agents = await unmappedAgents(client, source).catch(() => []);
  if (agents.length === 0) return;
  const named = agents.slice(0, 50).join(', ');
  progress.say(
    `${agents.length} agents of ${source} belong to nobody yet (map them, or use --create-people): ${named}`,
  );
}
