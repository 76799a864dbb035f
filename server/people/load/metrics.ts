import type { FastifyInstance } from 'fastify';
import { Gauge } from 'prom-client';
import type { Metrics } from '#server/foundation/metrics.ts';

const gauge = (name: string, help: string, labelNames: string[], collect: (this: Gauge) => void): Gauge =>
  new Gauge({ name, help, labelNames, registers: [], collect });

/** What the admission of calls measures and refuses, where there is one. */
export function loadMetrics(app: FastifyInstance): Metrics {
  if (!app.hasDecorator('admission')) return [];
  const { counts } = app.admission;
  return [
    gauge('floorlight_load_level', 'What is refused by load now: 0 nothing, higher is more', [], function () {
      this.set(counts().level);
    }),
    gauge('floorlight_load_pressure', 'What the load is judged by', ['of'], function () {
      for (const [of, value] of Object.entries(counts().pressure)) this.set({ of }, value);
    }),
    gauge('floorlight_load_refused', 'Calls refused by load since the start, by class', ['class'], function () {
      for (const [kind, value] of Object.entries(counts().refused)) this.set({ class: kind }, value);
    }),
  ];
}
