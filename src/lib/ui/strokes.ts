/** The geometry of a sparkline: lines between neighbours, dots where a value stands alone, gaps where there was none. */
export type Strokes = {
  lines: string[];
  dots: { x: number; y: number }[];
  last: { x: number; y: number } | null;
  targetY: number | null;
};
type Frame = { target: number | null; flip: boolean; width: number; height: number; pad: number };

/** Pure. `flip` puts small values on top, for measures where lower is better. */
export function strokes(values: (number | null)[], frame: Frame): Strokes {
  const known = values.filter((value): value is number => value !== null);
  const all = frame.target === null ? known : [...known, frame.target];
  if (all.length === 0) return { lines: [], dots: [], last: null, targetY: null };
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const y = (value: number) => {
    const share = high === low ? 0.5 : (value - low) / (high - low);
    return round(frame.pad + (frame.flip ? share : 1 - share) * (frame.height - 2 * frame.pad));
  };
  const x = (at: number) => round((at / Math.max(1, values.length - 1)) * frame.width);
  const points = values.map((value, at) => (value === null ? null : { x: x(at), y: y(value) }));
  const runs = runsOf(points);
  return {
    lines: runs
      .filter((run) => run.length > 1)
      .map((run) => run.map(({ x, y }, at) => `${at ? 'L' : 'M'}${x} ${y}`).join('')),
    dots: runs.flatMap((run) => (run.length === 1 ? run : [])),
    last: points.findLast((point) => point !== null) ?? null,
    targetY: frame.target === null ? null : y(frame.target),
  };
}

function runsOf<Point>(points: (Point | null)[]): Point[][] {
  const runs: Point[][] = [[]];
  for (const point of points) {
    if (point === null) runs.push([]);
    else runs.at(-1)?.push(point);
  }
  return runs.filter((run) => run.length > 0);
}

const round = (value: number) => Math.round(value * 100) / 100;
