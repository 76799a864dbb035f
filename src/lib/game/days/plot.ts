import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { DaysDrawn } from './days.ts';

export type Pen = {
  drawn: DaysDrawn;
  flip: boolean;
  zone: string;
  write(value: number): string;
  day(at: number): string;
};
export type Plot = { draw(pen: Pen): void; fit(): void; destroy(): void };

const SECOND = 1000;
const TONES = { floor: '--below', target: '--ink', stretch: '--exceeded', low: '--ink', high: '--ink' } as const;

/**
 * A line of days with its marks, drawn by uPlot in the colours of the page. Everything it says stands beside it as text.
 * @param onday the place of the day under the pointer, null beside the chart
 */
export function openPlot(place: HTMLElement, onday: (at: number | null) => void): Plot {
  let plot: uPlot | null = null;
  let pen: Pen | null = null;
  const redraw = () => {
    plot?.destroy();
    plot = pen && new uPlot(optionsOf(place, pen, onday), dataOf(pen), place);
  };
  // the colours are read when it is drawn: a change of light draws anew
  const light = window.matchMedia('(prefers-color-scheme: dark)');
  light.addEventListener('change', redraw);
  const theme = new MutationObserver(redraw);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return {
    draw: (next) => {
      pen = next;
      redraw();
    },
    // sizes follow the type, which follows the glass: a new size draws anew
    fit: redraw,
    destroy: () => {
      light.removeEventListener('change', redraw);
      theme.disconnect();
      plot?.destroy();
    },
  };
}

const dataOf = ({ drawn: { days, marks } }: Pen): uPlot.AlignedData => [
  days.map(({ at }) => at / SECOND),
  days.map(({ value }) => value),
  ...marks.map(({ value }) => days.map(() => value)),
];

function optionsOf(
  place: HTMLElement,
  { drawn, flip, zone, write, day }: Pen,
  onday: (at: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(place);
  const tone = (name: string) => style.getPropertyValue(name).trim();
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const font = `${0.75 * rem}px ${style.fontFamily}`;
  const axis = { stroke: tone('--quiet'), font, ticks: { show: false }, grid: { stroke: tone('--line'), width: 1 } };
  return {
    width: place.clientWidth,
    height: place.clientHeight,
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * SECOND), zone),
    cursor: { y: false, points: { size: 0.75 * rem }, drag: { x: false, y: false } },
    scales: { x: { time: true }, y: { dir: flip ? -1 : 1, range: (_, low, high) => around(low, high) } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 4 * rem,
        size: 2 * rem,
        values: (_, at) => at.map((s) => day(s * SECOND)),
      },
      { ...axis, space: 2.5 * rem, size: 4.5 * rem, values: (_, all) => all.map(write) },
    ],
    series: [
      {},
      {
        stroke: tone('--glow'),
        width: 0.14 * rem,
        points: { show: true, size: 0.4 * rem, fill: tone('--glow'), stroke: tone('--glow') },
        spanGaps: false,
      },
      ...drawn.marks.map(({ name }) => ({
        stroke: tone(TONES[name]),
        width: 1.25,
        dash: name === 'target' ? [] : [6, 6],
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [({ cursor }) => onday(cursor.idx ?? null)] },
  };
}

/** Some air around what there is, so that no dot lies on the frame. */
function around(low: number | null, high: number | null): [number, number] {
  const [from, to] = [low ?? 0, high ?? 1];
  const air = (to - from || Math.abs(to) || 1) * 0.1;
  return [from - air, to + air];
}
