import type { KpiTile, Marks, Status, Trend } from '../contract/performance.ts';

/** Where the marks stand on every mark line, so that lines compare at a glance; better is always to the right. */
const PLACES = { floor: 0.28, target: 0.68, stretch: 0.9 } as const;
const BAND = { out: 0.16, low: 0.36, high: 0.64 } as const;

export const TONES: Record<Status, string> = {
  below: 'var(--below)',
  near: 'var(--near)',
  met: 'var(--met)',
  exceeded: 'var(--exceeded)',
};
export const toneOf = (status: Status | null): string => (status ? TONES[status] : 'var(--mark)');

/** The place of a value on its mark line, 0 to 1: straight lines between the marks, continued beyond them. */
export function placeOf(value: number, marks: Marks): number {
  if ('floor' in marks) {
    const { floor, target, stretch } = marks;
    const lower = (value - floor) / (target - floor);
    const upper = (value - target) / (stretch - target);
    const share =
      upper > 0
        ? PLACES.target + upper * (PLACES.stretch - PLACES.target)
        : PLACES.floor + lower * (PLACES.target - PLACES.floor);
    return clamp(share);
  }
  const { low, high, tolerance } = marks;
  const step = (BAND.low - BAND.out) / Math.max(tolerance, Number.EPSILON);
  if (value < low) return clamp(BAND.low - (low - value) * step);
  if (value > high) return clamp(BAND.high + (value - high) * step);
  return BAND.low + (high === low ? 0.5 : (value - low) / (high - low)) * (BAND.high - BAND.low);
}

/** The ticks of a mark line with their labels, from left to right. */
export function ticksOf(
  marks: Marks,
  write: (value: number) => string,
): { at: number; label: string; strong?: boolean }[] {
  if ('floor' in marks)
    return [
      { at: PLACES.floor, label: write(marks.floor) },
      { at: PLACES.target, label: write(marks.target), strong: true },
      { at: PLACES.stretch, label: write(marks.stretch) },
    ];
  return [
    { at: BAND.out, label: '' },
    { at: BAND.low, label: write(marks.low), strong: true },
    { at: BAND.high, label: write(marks.high), strong: true },
    { at: 1 - BAND.out, label: '' },
  ];
}

const STEP_MS = { '15m': 900_000, day: 86_400_000 } as const;

/** The steps of a trend from its first value up to now: what lies ahead has no value yet, and before the first there is nothing to draw. */
export function stepsSoFar(
  { step, from, values }: Pick<Trend, 'step' | 'from' | 'values'>,
  now: number,
): (number | null)[] {
  const past = values.slice(0, Math.max(0, Math.ceil((now - Date.parse(from)) / STEP_MS[step])));
  const first = past.findIndex((value) => value !== null);
  const last = past.findLastIndex((value) => value !== null);
  return first < 0 ? [] : past.slice(first, last + 1);
}

/** The mark that a trend is drawn against. */
export const targetOf = (marks: Marks | null): number | null => (marks && 'target' in marks ? marks.target : null);

/** What a KPI gives to the score: its points, and the most it could give at target. They add up to the score. */
export type Share = {
  id: string;
  name: string;
  points: number;
  most: number;
  status: Status | null;
  provisional: boolean;
};

/** Parts of a score, largest weight first; empty when nothing is weighted. */
export function sharesOf(kpis: KpiTile[]): Share[] {
  const counted = kpis.filter((kpi) => kpi.weight != null && kpi.attainment != null);
  const whole = counted.reduce((sum, kpi) => sum + (kpi.weight ?? 0), 0);
  return counted
    .map((kpi) => {
      const most = (100 * (kpi.weight ?? 0)) / whole;
      const { id, name, status, provisional } = kpi;
      return { id, name, status, provisional, most, points: (most * (kpi.attainment ?? 0)) / 1000 };
    })
    .sort((a, b) => b.most - a.most || a.name.localeCompare(b.name));
}

/** Tiles of the scorecard by what they would lift, then by weight; measures outside the scorecard come last. */
export function byLift(kpis: KpiTile[]): KpiTile[] {
  const rank = (kpi: KpiTile) => [kpi.weight == null ? 1 : 0, -(kpi.lift ?? 0), -(kpi.weight ?? 0)] as const;
  return kpis.toSorted((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x[0] - y[0] || x[1] - y[1] || x[2] - y[2] || a.name.localeCompare(b.name);
  });
}

/** The word for what a KPI counts, for "needs 4 more surveys". */
export function sampleWord(
  id: string,
): 'unit.surveys' | 'unit.contacts' | 'unit.evaluations' | 'unit.offers' | 'unit.samples' {
  if (/^(csat|nps|ces)/.test(id)) return 'unit.surveys';
  if (/^quality|^qa/.test(id)) return 'unit.evaluations';
  if (/^conversion/.test(id)) return 'unit.offers';
  if (/^(aht|acw|asa|transfer|fcr|short|repeat|handled|service_level|abandon)/.test(id)) return 'unit.contacts';
  return 'unit.samples';
}

const clamp = (share: number) => Math.min(1, Math.max(0, share));
