import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;

export type Pulse = {
  /** How late timers came since the last look, ms, 90th percentile. */
  delayMs(): number;
  stop(): void;
};

/** Measures how late this process comes to its work. */
export function takePulse(): Pulse {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return {
    delayMs: () => {
      const late = histogram.count === 0 ? 0 : histogram.percentile(90) / 1e6 - RESOLUTION_MS;
      histogram.reset();
      return Math.max(0, late);
    },
    stop: () => void histogram.disable(),
  };
}
