import path from 'node:path';
import type { ImportHow, ImportJob, ImportTold } from '#contract/imports.ts';
import { busy, missing, Refusal } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { actorNames } from '#server/people/audit/views.ts';
import { forgetJobs, insertJob, type JobRow, jobRow, jobRows, stopJob, tellJob } from './job-store.ts';
import { NO_ROWS, type Tally } from './sender.ts';
import { type Spooled, spool, sweep } from './spool.ts';
import { importUpload } from './upload.ts';

const KEPT_MS = 3_600_000;
const TELL_MS = 1_000;
/** Whoever says nothing for so long is gone. */
const GONE_MS = 60_000;
const AT_ONCE = 3;
const LONGEST_NAME = 200;

export type Brought = { orgId: number; by: string; how: ImportHow; name: string; bytes: AsyncIterable<Uint8Array> };

/** Files that are read after the call that brought them is answered; how far they are stands in the database, for every process. */
export type Jobs = {
  /** Settled when the file is here. @throws Refusal busy where several are being read already */
  begin(brought: Brought): Promise<ImportJob>;
  list(orgId: number): Promise<ImportJob[]>;
  /** @throws Refusal missing */
  one(orgId: number, id: string): Promise<ImportTold>;
  /** @throws Refusal missing */
  stop(orgId: number, id: string): Promise<void>;
  /** Ends what this process reads, and says so. */
  close(): Promise<void>;
};

export function openJobs(ground: Ground): Jobs {
  const { db, clock } = ground;
  const folder = path.join(ground.config.dataDir, 'imports');
  const underway = new Map<AbortController, Promise<void>>();
  const wire = async (orgId: number, rows: JobRow[]) => {
    const nameOf = await actorNames(db.of(orgId), orgId);
    return rows.map((row) => shown(row, { now: clock.now(), nameOf }));
  };
  return {
    begin: async ({ orgId, by, how, name, bytes }) => {
      const now = clock.now();
      await sweep(folder, Date.now() - KEPT_MS);
      const file = await spool(folder, bytes, now);
      const job = newJob({ file, how, by, now, name });
      const isIn = await db.of(orgId).transaction(async (tx) => {
        await forgetJobs(tx, orgId, now - KEPT_MS);
        return insertJob(tx, orgId, { job, most: AT_ONCE, heardSince: now - GONE_MS });
      });
      if (!isIn) {
        await file.drop();
        throw busy(`${AT_ONCE} files are being read already. Bring this one when one of them is done.`, RETRY_SECONDS);
      }
      const stop = new AbortController();
      const work = read(ground, { orgId, job, file, how, stop }).finally(() => underway.delete(stop));
      underway.set(stop, work);
      return (await wire(orgId, [job]))[0] as ImportJob;
    },
    list: async (orgId) =>
      (await wire(orgId, await jobRows(db.of(orgId), orgId, clock.now() - KEPT_MS))).map(
        ({ report: _, problem: __, ...job }) => job,
      ),
    one: async (orgId, id) => {
      const row = await jobRow(db.of(orgId), orgId, { id, since: clock.now() - KEPT_MS });
      if (!row) throw missing('There is no such import, or it ended more than an hour ago.');
      return (await wire(orgId, [row]))[0] as ImportTold;
    },
    stop: async (orgId, id) => {
      if (!(await stopJob(db.of(orgId), orgId, { id, now: clock.now() })))
        throw missing('There is no such import under way.');
    },
    close: async () => {
      for (const stop of underway.keys()) stop.abort();
      await Promise.all(underway.values());
    },
  };
}

const RETRY_SECONDS = 10;

type Reading = { orgId: number; job: JobRow; file: Spooled; how: ImportHow; stop: AbortController };

/** Reads a file to its end, and says every second how far it is. */
async function read(ground: Ground, { orgId, job, file, how, stop }: Reading): Promise<void> {
  let [bytesRead, tally]: [number, Tally] = [0, NO_ROWS];
  let isStopped = false;
  const say = (more: Partial<JobRow>, from: JobRow['state'][] = ['reading', 'stopped']) =>
    tellJob(ground.db.of(orgId), orgId, { ...job, toldAt: ground.clock.now(), bytesRead, tally, ...more }, from);
  const watch = setInterval(async () => {
    // a database that is away for a moment stops nothing
    if (await say({}, ['reading']).catch(() => true)) return;
    isStopped = true;
    stop.abort();
  }, TELL_MS);
  async function* counted() {
    for await (const chunk of file.read()) {
      bytesRead += chunk.length;
      yield chunk;
    }
  }
  const rows = (now: Tally) => {
    tally = now;
  };
  const heard = { stop: stop.signal, rows };
  try {
    const report = await importUpload({ ground, orgId }, { how, bytes: counted(), heard });
    clearInterval(watch);
    const state = isStopped ? 'stopped' : stop.signal.aborted ? 'interrupted' : 'done';
    await say({ state, report, tally: report });
  } catch (error) {
    clearInterval(watch);
    await say({ state: 'failed', problem: problemOf(error) }).catch(() => {});
  } finally {
    await file.drop();
  }
}

type New = { file: Spooled; how: ImportHow; by: string; now: number; name: string };

const newJob = ({ file, how, by, now, name }: New): JobRow => ({
  ...{ id: file.id, bytes: file.bytes, file: name.slice(0, LONGEST_NAME), source: how.source, dryRun: how.dryRun },
  ...{ state: 'reading', saidBy: by, begunAt: now, toldAt: now, bytesRead: 0 },
  ...{ tally: NO_ROWS, report: null, problem: null },
});

type Showing = { now: number; nameOf(actor: string): string };

function shown(row: JobRow, { now, nameOf }: Showing): ImportTold {
  const { saidBy, begunAt, toldAt, tally, state, ...same } = row;
  const { read, accepted, duplicates, rejected, skipped } = tally;
  return {
    ...same,
    ...{ read, accepted, duplicates, rejected, skipped },
    state: state === 'reading' && toldAt < now - GONE_MS ? 'interrupted' : state,
    by: saidBy === null ? null : nameOf(saidBy),
    begunAt: new Date(begunAt).toISOString(),
    toldAt: new Date(toldAt).toISOString(),
  };
}

function problemOf(error: unknown): NonNullable<ImportTold['problem']> {
  if (error instanceof Refusal)
    return { code: error.code, title: error.title, detail: error.message, status: error.status };
  return { code: 'failed', title: 'The file could not be read to its end', detail: '', status: 500 };
}
