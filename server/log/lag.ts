import { Gauge } from 'prom-client';
import type { Metrics } from '#server/foundation/metrics.ts';
import type { Position } from './catalogue.ts';
import { flowPosition, organisationsOf } from './flow-store.ts';
import type { Ground } from './ground.ts';
import { deadLetters, recordedAfter } from './lookup-store.ts';
import { headOf } from './store.ts';

/** A stage that an event passes on its way to the screen, and how far an organisation's events have come there. */
export type Stage = {
  name: string;
  /** Null where nothing is kept of it yet. */
  position(ground: Ground, orgId: number): Promise<Position | null>;
};

export type Lag = { stage: string; position: Position; seconds: number };

/** The flow's commit, and what this process has heard of it; the rooms above add theirs. */
export const stages: readonly Stage[] = [
  { name: 'facts', position: ({ db }, orgId) => flowPosition(db.of(orgId), orgId) },
  { name: 'relay', position: ({ log }, orgId) => log.position(orgId) },
];

/** How long the oldest event that a stage has not seen waits already, in seconds, 0 where nothing waits. */
export async function lagOf(ground: Ground, orgId: number, through: readonly Stage[]): Promise<Lag[]> {
  const lags: Lag[] = [];
  for (const stage of through) {
    const position = await stage.position(ground, orgId);
    if (position === null) continue;
    const since = await recordedAfter(ground.db.of(orgId), orgId, position);
    const seconds = since === null ? 0 : Math.max(0, (ground.clock.now() - since) / 1000);
    lags.push({ stage: stage.name, position, seconds });
  }
  return lags;
}

/** The longest lag by stage over all organisations. */
export async function worstLag(ground: Ground, through: readonly Stage[]): Promise<Map<string, number>> {
  const worst = new Map<string, number>();
  for (const orgId of await organisationsOf(ground.db.lobby))
    for (const { stage, seconds } of await lagOf(ground, orgId, through))
      worst.set(stage, Math.max(seconds, worst.get(stage) ?? 0));
  return worst;
}

/** What all organisations together may be told: who is furthest behind, not whose log it is. */
export const lagMetrics = (ground: Ground, through: readonly Stage[]): Metrics => [
  new Gauge({
    name: 'floorlight_lag_seconds',
    help: 'Age of the oldest event that a stage has not seen, of the organisation that is furthest behind',
    labelNames: ['stage'],
    registers: [],
    async collect() {
      this.reset();
      for (const [stage, seconds] of await worstLag(ground, through)) this.set({ stage }, seconds);
    },
  }),
];

/** What only an organisation itself is told. */
export async function ownMetrics(ground: Ground, orgId: number, through: readonly Stage[]): Promise<Metrics> {
  const lags = await lagOf(ground, orgId, through);
  const position = gauge(
    'floorlight_organisation_position',
    'Position in the log of your organisation that a stage has reached; log is the last that is written',
    ['stage'],
  );
  const seconds = gauge(
    'floorlight_organisation_lag_seconds',
    'Age of the oldest event of your organisation that a stage has not seen',
    ['stage'],
  );
  const letters = gauge('floorlight_organisation_dead_letters', 'Events of your organisation that lie aside');
  position.set({ stage: 'log' }, await headOf(ground.db.of(orgId), orgId));
  for (const lag of lags) {
    position.set({ stage: lag.stage }, lag.position);
    seconds.set({ stage: lag.stage }, lag.seconds);
  }
  letters.set(await deadLetters(ground.db.of(orgId), orgId));
  return [position, seconds, letters];
}

const gauge = (name: string, help: string, labelNames: string[] = []) =>
  new Gauge({ name, help, labelNames, registers: [] });
