import { Counter } from 'prom-client';
import type { IngestReply } from '#contract/events.ts';
import type { Metrics } from '#server/foundation/metrics.ts';

const registers: [] = [];

export const taken = new Counter({
  name: 'floorlight_events_total',
  help: 'Events at the door: accepted (they stand in the log) or duplicate (they stood there already)',
  labelNames: ['outcome'],
  registers,
});

export const rejected = new Counter({
  name: 'floorlight_events_rejected_total',
  help: 'Events that the door refused one by one, by the code of the refusal',
  labelNames: ['code'],
  registers,
});

/** Counts what a call brought. */
export function countTaken(reply: IngestReply): void {
  taken.inc({ outcome: 'accepted' }, reply.accepted);
  taken.inc({ outcome: 'duplicate' }, reply.duplicates);
  for (const { code } of reply.rejected) rejected.inc({ code });
}

export const ingestMetrics: Metrics = [taken, rejected];
