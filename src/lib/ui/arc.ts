/** The geometry of the score arc: 240 degrees, open below, 0 at the lower left, 1 at the lower right. */
const START = 150;
const SWEEP = 240;

/** Parts laid end to end; sizes add up to the whole figure, `most` is the full arc. A hair of space parts them. */
export function layParts<Part extends { size: number }>(
  parts: Part[],
  most: number,
): (Part & { from: number; to: number })[] {
  let at = 0;
  return parts
    .filter((part) => part.size > 0)
    .map((part) => {
      const from = at;
      at = Math.min(1, at + part.size / most);
      return { ...part, from, to: Math.max(from + 0.004, at - 0.005) };
    });
}

/** The SVG path of the stretch between two shares of the arc. */
export function arcPath(radius: number, from: number, to: number): string {
  const [a, b] = [point(radius, from), point(radius, to)];
  const large = (to - from) * SWEEP > 180 ? 1 : 0;
  return `M${a.x} ${a.y}A${radius} ${radius} 0 ${large} 1 ${b.x} ${b.y}`;
}

export function point(radius: number, share: number): { x: number; y: number } {
  const angle = ((START + share * SWEEP) * Math.PI) / 180;
  return { x: round(Math.cos(angle) * radius), y: round(Math.sin(angle) * radius) };
}

const round = (value: number) => Math.round(value * 1000) / 1000;
