import type { ImportState, ImportTold, UploadReport } from '#contract/imports.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { Tally } from './sender.ts';

/** A job as its row keeps it. Times are epoch ms. */
export type JobRow = {
  id: string;
  file: string;
  source: string;
  dryRun: boolean;
  state: ImportState;
  saidBy: string | null;
  begunAt: number;
  toldAt: number;
  bytes: number;
  bytesRead: number;
  tally: Tally;
  report: UploadReport | null;
  problem: ImportTold['problem'];
};

/** Writes a new job down, unless `most` of the organisation are being read. @returns whether it was written */
export async function insertJob(
  tx: Tx,
  orgId: number,
  { job, most, heardSince }: { job: JobRow; most: number; heardSince: number },
): Promise<boolean> {
  await tx.rows('select pg_advisory_xact_lock(7051, $1)', [orgId]);
  const rows = await tx.rows<{ id: string }>(
    `insert into imports (org_id, id, file, source, dry_run, state, said_by, begun_at, told_at, bytes, bytes_read, tally)
     select $1, $2, $3, $4, $5, 'reading', $6, $7, $7, $8, 0, $9
     where (select count(*) from imports where org_id = $1 and state = 'reading' and told_at > $10) < $11 returning id`,
    [
      ...[orgId, job.id, job.file, job.source, job.dryRun, job.saidBy, job.begunAt, job.bytes],
      ...[JSON.stringify(job.tally), heardSince, most],
    ],
  );
  return rows.length > 0;
}

type Said = Pick<JobRow, 'id' | 'state' | 'toldAt' | 'bytesRead' | 'tally' | 'report' | 'problem'>;

/** Says how far a job is, where it stands in one of these states. @returns whether it does */
export async function tellJob(tx: Tx, orgId: number, said: Said, from: ImportState[]): Promise<boolean> {
  const rows = await tx.rows<{ id: string }>(
    `update imports set state = $3, told_at = $4, bytes_read = $5, tally = $6, report = $7, problem = $8
     where org_id = $1 and id = $2 and state = any($9::text[]) returning id`,
    [
      ...[orgId, said.id, said.state, said.toldAt, said.bytesRead, JSON.stringify(said.tally)],
      ...[said.report && JSON.stringify(said.report), said.problem && JSON.stringify(said.problem), from],
    ],
  );
  return rows.length > 0;
}

/** Asks whoever reads a job to stop. @returns whether it was being read */
export async function stopJob(tx: Tx, orgId: number, { id, now }: { id: string; now: number }): Promise<boolean> {
  const rows = await tx.rows<{ id: string }>(
    `update imports set state = 'stopped', told_at = $3 where org_id = $1 and id = $2 and state = 'reading' returning id`,
    [orgId, id, now],
  );
  return rows.length > 0;
}

const COLUMNS = `id, file, source, dry_run as "dryRun", state, said_by as "saidBy", begun_at as "begunAt", told_at as "toldAt",
  bytes, bytes_read as "bytesRead", tally`;

/** Jobs last heard of after an instant, the newest first, without their reports. */
export const jobRows = (tx: Tx, orgId: number, since: number) =>
  tx.rows<JobRow>(
    `select ${COLUMNS}, null as report, null as problem from imports where org_id = $1 and told_at > $2
     order by begun_at desc, id limit 100`,
    [orgId, since],
  );

export async function jobRow(tx: Tx, orgId: number, { id, since }: { id: string; since: number }) {
  const [row] = await tx.rows<JobRow>(
    `select ${COLUMNS}, report, problem from imports where org_id = $1 and id = $2 and told_at > $3`,
    [orgId, id, since],
  );
  return row ?? null;
}

/** Forgets what was last heard of before an instant. */
export const forgetJobs = (tx: Tx, orgId: number, before: number) =>
  tx.rows('delete from imports where org_id = $1 and told_at <= $2', [orgId, before]);
