import type { Tally } from './sender.ts';

/** The progress on stderr: one line that moves on a terminal, a line now and then elsewhere. */
export type Progress = { show(tally: Tally): void; say(text: string): void; end(tally: Tally): void };

const OFTEN_MS = 250;
const SELDOM_MS = 5_000;

/** @param out where to; `isTTY` decides how */
export function openProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  const begun = Date.now();
  const every = out.isTTY ? OFTEN_MS : SELDOM_MS;
  let shown = out.isTTY ? 0 : begun;
  const write = (tally: Tally) => {
    const { read, accepted, duplicates, rejected, skipped } = tally;
    const perSecond = Math.round(read / Math.max(0.001, (Date.now() - begun) / 1000));
    const text = `${read} rows: ${accepted} accepted, ${duplicates} duplicates, ${rejected} refused, ${skipped} skipped (${perSecond}/s)`;
    out.write(out.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
  };
  return {
    show: (tally) => {
      if (Date.now() - shown < every) return;
      shown = Date.now();
      write(tally);
    },
    say: (text) => void out.write(`${out.isTTY ? '\r\u001b[K' : ''}${text}\n`),
    end: (tally) => {
      write(tally);
      if (out.isTTY) out.write('\n');
    },
  };
}
