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

export type ShippedMapping = { name: string; description: string };
