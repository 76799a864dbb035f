import { stringify } from 'csv-stringify/browser/esm/sync';
import type { RefusedRow } from '$lib/contract/imports.ts';

/** Refused rows as a file to put right: no cell that a spreadsheet would take for a formula. */
export const refusedCsv = (rows: readonly RefusedRow[]): string =>
  stringify(
    rows.map(({ line, reason, row }) => ({ line, reason, row })),
    { header: true, escape_formulas: true, record_delimiter: 'windows', quoted_match: /[\r\n]/ },
  ).trimEnd();
