import type { BoardView } from '#contract/boards.ts';
import { LIMITS } from '#contract/limits.ts';
import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import { previousWindow } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { type Asking, computeLines } from './compute.ts';
import { targetOf } from './entries.ts';
import { spansAt } from './lines.ts';
import { type Line, peerAverage } from './rules.ts';

const WINDOWS_BACK: Readonly<Record<string, number>> = { day: 28 };

/** Oneself against the target, one's own best of the windows before (28 days, else 12 windows), and the average of the peers from k people on. */
export async function benchmarkOf(
  tx: Tx,
  asking: Asking,
  of: { me: string; lines: Pick<Line, 'scored' | 'sample'>[] | null },
): Promise<BoardView['benchmark']> {
  const { average, peers } = peerAverage(of.lines ?? (await computeLines(tx, asking)));
  return {
    target: targetOf(asking, of.me),
    best: await bestOf(tx, asking, of.me),
    peerAverage: peers >= LIMITS.k ? average : null,
    peers,
  };
}

const remembered = new Map<string, number | null>();

/** Windows that are over change only by late events, so the best of them is worked out once per window. */
async function bestOf(tx: Tx, asking: Asking, me: string): Promise<number | null> {
  const key = `${asking.orgId} ${asking.board.id} ${asking.spans.span.name} ${asking.spans.span.from} ${asking.knownAt ?? ''} ${me}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  if (remembered.size > 50_000) remembered.clear();
  let best: Line | null = null;
  let span = asking.spans.before;
  for (let n = 0; n < (WINDOWS_BACK[span.name] ?? 12); n++) {
    const definitions = await definitionsFor(tx, asking.orgId, span);
    const [line] = await computeLines(tx, { ...asking, definitions, spans: spansAt(span, asking.spans.zone) }, [me]);
    if (line && line.merit !== null && !line.provisional && (best?.merit ?? -Infinity) < line.merit) best = line;
    span = previousWindow(span, asking.spans.zone);
  }
  remembered.set(key, best?.value ?? null);
  return best?.value ?? null;
}
