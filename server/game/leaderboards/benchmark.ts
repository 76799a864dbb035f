import type { BoardView } from '#contract/boards.ts';
import { LIMITS } from '#contract/limits.ts';
import { definitionsFor } from '#server/attainment/definitions.ts';
import { previousWindow } from '#server/facts/windows.ts';
import type { Ground } from '#server/log/ground.ts';
import { type Asking, computeLines } from './compute.ts';
import { targetOf } from './entries.ts';
import { type Line, peerAverage } from './rules.ts';

const WINDOWS_BACK: Readonly<Record<string, number>> = { day: 28 };

/** Oneself against the target, one's own best of the windows before (28 days, else 12 windows), and the average of the peers from k people on. */
export async function benchmarkOf(
  { db }: Pick<Ground, 'db'>,
  asking: Asking,
  of: { me: string; lines: Pick<Line, 'scored' | 'sample'>[] | null },
): Promise<BoardView['benchmark']> {
  const { average, peers } = peerAverage(of.lines ?? (await computeLines(db, asking)));
  return { target: targetOf(asking, of.me), best: await bestOf(db, asking, of.me), peerAverage: peers >= LIMITS.k ? average : null, peers };
}

const remembered = new Map<string, number | null>();

/** Windows that are over change only by late events, so the best of them is worked out once per window. */
async function bestOf(db: Ground['db'], asking: Asking, me: string): Promise<number | null> {
  const key = `${asking.orgId} ${asking.board.id} ${asking.spans.span.name} ${asking.spans.span.from} ${me}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  if (remembered.size > 50_000) remembered.clear();
  let best: Line | null = null;
  let span = asking.spans.before;
  for (let n = 0; n < (WINDOWS_BACK[span.name] ?? 12); n++) {
    const buckets = { from: span.from / 900_000, to: span.to / 900_000 };
    const definitions = await definitionsFor(db, asking.orgId, span);
    const [line] = await computeLines(db, { ...asking, definitions, spans: { ...asking.spans, span, buckets } }, [me]);
    if (line && line.merit !== null && !line.provisional && (best?.merit ?? -Infinity) < line.merit) best = line;
    span = previousWindow(span, asking.spans.zone);
  }
  remembered.set(key, best?.value ?? null);
  return best?.value ?? null;
}
