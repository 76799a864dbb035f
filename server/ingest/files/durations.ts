/** How a file writes a length of time. */
export const DURATION_UNITS = ['ms', 's', 'min', 'h', 'h:mm:ss', 'mm:ss', 'excel'] as const;
export type DurationUnit = (typeof DURATION_UNITS)[number];

const FACTORS: Partial<Record<DurationUnit, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, excel: 86_400_000 };

/**
 * Whole milliseconds of a written length of time: a number of `ms`, `s`, `min`, `h` or of Excel days, or `h:mm:ss`
 * (also `mm:ss` and fractions of a second) or `mm:ss`. Negative lengths are read as such and refused later.
 * @returns null when the text is not such a length
 */
export function durationMs(text: string, unit: DurationUnit): number | null {
  const factor = FACTORS[unit];
  if (factor !== undefined) return isNumber(text) ? Math.round(Number(text) * factor) : null;
  const match = /^(-?)(?:(\d{1,4}):)?(\d{1,5}):([0-5]\d(?:\.\d+)?)$/.exec(text.trim());
  if (!match || (unit === 'mm:ss' && match[2] !== undefined)) return null;
  const [, sign, hours = '0', minutes, seconds] = match;
  if (match[2] !== undefined && Number(minutes) > 59) return null;
  const ms = Math.round((Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000);
  return sign ? -ms : ms;
}

/** Whether the text is a plain decimal number (no thousands signs, no exponent). */
export function isNumber(text: string): boolean {
  return /^\s*-?(\d+(\.\d*)?|\.\d+)\s*$/.test(text);
}
