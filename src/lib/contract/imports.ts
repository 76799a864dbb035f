import { z } from 'zod';
import { Text } from './words.ts';

/** How an uploaded file is to be read: the field `how` of the form, before its field `file`. */
export const ImportHow = z
  .strictObject({
    source: Text(200),
    format: z.enum(['queue_log', 'mapping']),
    /** One that is shipped, by its name, or a whole one. */
    mapping: z.union([z.string().max(200), z.record(z.string(), z.unknown())]).optional(),
    zone: Text(64).nullish(),
    /** Reads and checks everything, keeps nothing. */
    dryRun: z.boolean().default(false),
    /** Makes a person of every agent that belongs to nobody; for whoever may change people. */
    createPeople: z.boolean().default(false),
    /** Answers 202 as soon as the file is here and reads it then; `GET /api/v1/imports/{id}` says how far it is. */
    detached: z.boolean().default(false),
  })
  .refine(({ format, mapping }) => (format === 'mapping') === (mapping !== undefined), {
    path: ['mapping'],
    message: 'belongs to the format mapping, and only to it',
  });
export type ImportHow = z.infer<typeof ImportHow>;

/** A row that was refused, with the line on which it begins. */
export type RefusedRow = { line: number; reason: string; row: string };

/**
 * What became of an uploaded file, row by row: `read` is the sum of the other four. `refused` and `sample` show the first
 * of them. `position` is null for a dry run.
 */
export type UploadReport = {
  dryRun: boolean;
  read: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  skipped: number;
  position: string | null;
  refused: RefusedRow[];
  sample: { line: number; row: string; events: { type: string; time?: string; data: Record<string, unknown> }[] }[];
  /** Agents that the file names, and those of them that belong to nobody. */
  agents: { named: number; unknown: string[] };
};

/**
 * `reading` until it is `done`; `stopped` by somebody; `failed` where nothing more could be read of it; `interrupted` where
 * the process that read it is gone. What was read before stays in, and is a duplicate when the file comes again.
 */
export const IMPORT_STATES = ['reading', 'done', 'stopped', 'failed', 'interrupted'] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/** A file that is read apart from the call that brought it; told for an hour after it was last heard of. */
export type ImportJob = {
  id: string;
  file: string;
  source: string;
  dryRun: boolean;
  state: ImportState;
  /** Who brought it. */
  by: string | null;
  begunAt: string;
  /** When it was last heard of. */
  toldAt: string;
  bytes: number;
  bytesRead: number;
  read: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  skipped: number;
};

/** The same with what came of it, as far as anything has. */
export type ImportTold = ImportJob & {
  report: UploadReport | null;
  problem: { code: string; title: string; detail: string; status: number } | null;
};

export type ShippedMapping = { name: string; description: string };
