import type { RefusedRow } from '$lib/contract/imports.ts';

/** Refused rows as a file to put right: no cell that a spreadsheet would take for a formula. */
export const refusedCsv = (rows: readonly RefusedRow[]): string =>
  [['line', 'reason', 'row'], ...rows.map(({ line, reason, row }) => [String(line), reason, row])]
    .map((cells) => cells.map(cellOf).join(','))
    .join('\r\n');

function cellOf(text: string): string {
  const guarded = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
