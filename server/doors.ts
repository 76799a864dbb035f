// Every way in and every view out: what can be asked at the doors, watched through the window, and explained.
import type { FastifyInstance } from 'fastify';
import { definitionRoutes } from '#server/attainment/definitions/routes.ts';
import { versionRoutes } from '#server/attainment/definitions/version-routes.ts';
import { performanceTopics } from '#server/attainment/performance/live.ts';
import { performanceRoutes } from '#server/attainment/performance/routes.ts';
import { receiptDoor } from '#server/attainment/receipts/routes.ts';
import { coachingTopics } from '#server/coaching/live.ts';
import { coachingReceipt, flagReceipt } from '#server/coaching/receipt.ts';
import { coachingRoutes } from '#server/coaching/routes.ts';
import { kpiRoutes } from '#server/facts/kpis/routes.ts';
import { badgeTopic } from '#server/game/badges/live.ts';
import { badgeReceipt } from '#server/game/badges/receipt.ts';
import { badgeRoutes } from '#server/game/badges/routes.ts';
import { boardTopic } from '#server/game/leaderboards/live.ts';
import { boardReceipt } from '#server/game/leaderboards/receipt.ts';
import { boardRoutes } from '#server/game/leaderboards/routes.ts';
import { boardStage } from '#server/game/leaderboards/stage.ts';
import { pointsTopic } from '#server/game/points/live.ts';
import { pointsReceipts } from '#server/game/points/receipt.ts';
import { pointsRoutes } from '#server/game/points/routes.ts';
import { rewardsTopic } from '#server/game/rewards/live.ts';
import { grantReceipts, redemptionReceipts } from '#server/game/rewards/receipt.ts';
import { rewardRoutes } from '#server/game/rewards/routes.ts';
import { importRoutes } from '#server/ingest/import-routes.ts';
import { sourceTopic } from '#server/ingest/live.ts';
import { ingestMetrics } from '#server/ingest/metrics.ts';
import { ingestRoutes } from '#server/ingest/routes.ts';
import { liveMetrics } from '#server/live/metrics.ts';
import { statusDoor } from '#server/live/routes.ts';
import type { Ground } from '#server/log/ground.ts';
import { stages } from '#server/log/lag.ts';
import { logMetrics } from '#server/log/metrics.ts';
import type { ReceiptWriter } from '#server/log/receipt.ts';
import type { Topic } from '#server/log/topic.ts';
import { deviceRoutes } from '#server/people/accounts/device-routes.ts';
import { invitationRoutes } from '#server/people/accounts/invitation-routes.ts';
import { accountRoutes } from '#server/people/accounts/routes.ts';
import { ownAccountRoutes } from '#server/people/accounts/session-routes.ts';
import { stateRoutes } from '#server/people/accounts/state-routes.ts';
import { auditRoutes } from '#server/people/audit/routes.ts';
import { lookRoutes } from '#server/people/looks/routes.ts';
import type { Viewer } from '#server/people/may.ts';
import { organisationRoutes } from '#server/people/organisation-routes.ts';
import { peopleRoutes } from '#server/people/routes.ts';
import { wallTopic } from '#server/wallboard/live.ts';
import { wallRoutes } from '#server/wallboard/routes.ts';
import { demoRoutes } from './demo/begin.ts';

/** What can be watched. */
export const topics = (ground: Ground): readonly Topic<Viewer>[] => [
  ...performanceTopics(ground),
  pointsTopic(ground),
  rewardsTopic(ground),
  boardTopic(ground),
  badgeTopic(ground),
  sourceTopic(ground),
  ...coachingTopics(ground),
  wallTopic(ground),
];

/** Who writes the receipts of what, by the noun of the measure; scores and KPIs are the receipt door's own. */
const receipts: readonly ReceiptWriter<Viewer>[] = [
  boardReceipt,
  pointsReceipts,
  badgeReceipt,
  grantReceipts,
  redemptionReceipts,
  flagReceipt,
  coachingReceipt,
];

/** What the rooms count, and the stages of an event on its way to the screen. */
const gauges = {
  metrics: [...logMetrics, ...ingestMetrics, ...liveMetrics],
  stages: [...stages, boardStage],
};

/** Every door. */
export const routes: readonly ((app: FastifyInstance, ground: Ground) => Promise<void>)[] = [
  statusDoor(gauges),
  accountRoutes,
  invitationRoutes,
  ownAccountRoutes,
  organisationRoutes,
  stateRoutes,
  auditRoutes,
  lookRoutes,
  deviceRoutes,
  peopleRoutes,
  ingestRoutes,
  importRoutes,
  kpiRoutes,
  definitionRoutes,
  versionRoutes,
  performanceRoutes,
  receiptDoor(receipts),
  pointsRoutes,
  rewardRoutes,
  boardRoutes,
  coachingRoutes,
  badgeRoutes,
  wallRoutes,
  demoRoutes,
];
