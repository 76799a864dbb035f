import { Counter, Histogram } from 'prom-client';
import type { Metrics } from '#server/foundation/metrics.ts';

const registers: [] = [];
const ROWS = [1, 10, 50, 100, 500, 1_000, 2_000, 4_096];
const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

export const commitRows = new Histogram({
  name: 'floorlight_commit_rows',
  help: 'Events that one commit of the door wrote, gathered over calls',
  buckets: ROWS,
  registers,
});

export const commitSeconds = new Histogram({
  name: 'floorlight_commit_seconds',
  help: 'Time of one commit of the door',
  buckets: SECONDS,
  registers,
});

export const batchEvents = new Histogram({
  name: 'floorlight_flow_batch_events',
  help: 'Events that one transaction of the flow took in',
  buckets: ROWS,
  registers,
});

export const batchSeconds = new Histogram({
  name: 'floorlight_flow_batch_seconds',
  help: 'Time of one transaction of the flow, all rooms included',
  buckets: SECONDS,
  registers,
});

export const laidAside = new Counter({
  name: 'floorlight_flow_laid_aside_total',
  help: 'Events that a room could not take, laid aside with their reason since the start of this process',
  labelNames: ['consumer'],
  registers,
});

export const logMetrics: Metrics = [commitRows, commitSeconds, batchEvents, batchSeconds, laidAside];
