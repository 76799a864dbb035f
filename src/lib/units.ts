import { fractionDigits, type Setting } from './format.ts';

/** Values of KPIs as people type them: durations as m:ss, shares in per cent, money in whole units of the currency. */

const DURATION = /^(?:(\d+):)?(\d+):([0-5]?\d)$/;

/** What stands in a field for a value. */
export function typed(value: number, unit: string, of: Pick<Setting, 'currency'>): string {
  if (unit === 'ms') return clock(value);
  if (unit === 'share') return String(tidy(value * 100));
  return String(unit === 'money' ? tidy(value / minorsIn(of)) : value);
}

/** The value that was typed; null where it is none. A comma counts as a point; a duration may be plain seconds. */
export function readValue(text: string, unit: string, of: Pick<Setting, 'currency'>): number | null {
  const plain = text.trim().replace(',', '.').replace(/%$/, '').trim();
  const [whole, hours = '0', minutes = '0', seconds = '0'] = (unit === 'ms' && DURATION.exec(plain)) || [];
  if (whole) return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  if (plain === '' || !Number.isFinite(Number(plain))) return null;
  if (unit === 'ms') return Math.round(Number(plain) * 1000);
  if (unit === 'share') return tidy(Number(plain) / 100);
  return unit === 'money' ? Math.round(Number(plain) * minorsIn(of)) : Number(plain);
}

const minorsIn = ({ currency }: Pick<Setting, 'currency'>): number => 10 ** fractionDigits(currency);

/** Six decimals, without the dust of binary fractions. */
const tidy = (value: number): number => Math.round(value * 1e6) / 1e6;

function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
