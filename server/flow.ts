// The natural way: read this first. What comes in at the door stands in the log, and the flow carries it up,
// batch by batch, through these rooms in this order, all effects and the new position in one transaction.
// Then Redis is written and the screens are told; people look through the topics and ask at the doors.
import type { FastifyInstance } from 'fastify';
import { attainmentConsumer, kpiConsumer } from '#server/attainment/consumer.ts';
import { definitionRoutes } from '#server/attainment/definitions/routes.ts';
import { performanceTopics } from '#server/attainment/performance/live.ts';
import { performanceRoutes } from '#server/attainment/performance/routes.ts';
import { receiptRoutes } from '#server/attainment/receipts/routes.ts';
import { facts } from '#server/facts/consumer.ts';
import { kpiRoutes } from '#server/facts/kpis/routes.ts';
import { boardConsumer } from '#server/game/leaderboards/boards.ts';
import { boardTopic } from '#server/game/leaderboards/live.ts';
import { boardProjection } from '#server/game/leaderboards/projection.ts';
import { boardRoutes } from '#server/game/leaderboards/routes.ts';
import { sourcesConsumer } from '#server/ingest/consumer.ts';
import { sourceTopic } from '#server/ingest/live.ts';
import { ingestRoutes } from '#server/ingest/routes.ts';
import { statusRoutes } from '#server/live/routes.ts';
import type { Consumer, Projection } from '#server/log/consumer.ts';
import type { Ground } from '#server/log/ground.ts';
import type { Topic } from '#server/log/topic.ts';
import { accountRoutes } from '#server/people/accounts/routes.ts';
import { peopleConsumer } from '#server/people/consumer.ts';
import type { Viewer } from '#server/people/may.ts';
import { peopleRoutes } from '#server/people/routes.ts';
import { wallTopic } from '#server/wallboard/live.ts';
import { wallRoutes } from '#server/wallboard/routes.ts';
import { demoRoutes } from './demo/begin.ts';

/** Every letterbox, from the ground up. */
export const consumers = (_ground: Ground): readonly Consumer[] => [
  peopleConsumer,
  sourcesConsumer,
  kpiConsumer,
  facts,
  attainmentConsumer,
  boardConsumer,
];

/** What is written to Redis after the commit. */
export const projections = (ground: Ground): readonly Projection[] => [boardProjection(ground)];

/** What can be watched. */
export const topics = (ground: Ground): readonly Topic<Viewer>[] => [
  ...performanceTopics(ground),
  boardTopic(ground),
  sourceTopic(ground),
  wallTopic(ground),
];

/** Every door. */
export const routes: readonly ((app: FastifyInstance, ground: Ground) => Promise<void>)[] = [
  statusRoutes,
  accountRoutes,
  peopleRoutes,
  ingestRoutes,
  kpiRoutes,
  definitionRoutes,
  performanceRoutes,
  receiptRoutes,
  boardRoutes,
  wallRoutes,
  demoRoutes,
];
