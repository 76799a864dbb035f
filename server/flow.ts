// The natural way: read this first. What comes in at the door stands in the log, and the flow carries it up,
// batch by batch, through these rooms in this order, all effects and the new position in one transaction.
// Then Redis is written and the screens are told; people look through the topics and ask at the doors (doors.ts).
import { attainmentConsumer, kpiConsumer } from '#server/attainment/consumer.ts';
import { revisitConsumer } from '#server/attainment/revisits/consumer.ts';
import { coachingConsumer } from '#server/coaching/consumer.ts';
import { facts } from '#server/facts/consumer.ts';
import { badgeConsumer } from '#server/game/badges/consumer.ts';
import { boardConsumer } from '#server/game/leaderboards/boards.ts';
import { boardProjection } from '#server/game/leaderboards/projection.ts';
import { pointsConsumer } from '#server/game/points/consumer.ts';
import { rewardConsumer } from '#server/game/rewards/consumer.ts';
import { sourcesConsumer } from '#server/ingest/consumer.ts';
import type { Consumer, Projection } from '#server/log/consumer.ts';
import type { Ground } from '#server/log/ground.ts';
import { peopleConsumer } from '#server/people/consumer.ts';
import { wallConsumer } from '#server/wallboard/consumer.ts';

/** Every letterbox, from the ground up. */
export const consumers = (_ground: Ground): readonly Consumer[] => [
  peopleConsumer,
  sourcesConsumer,
  kpiConsumer,
  facts,
  attainmentConsumer,
  revisitConsumer,
  pointsConsumer,
  boardConsumer,
  badgeConsumer,
  rewardConsumer,
  coachingConsumer,
  wallConsumer,
];

/** What is written to Redis after the commit. */
export const projections = (ground: Ground): readonly Projection[] => [boardProjection(ground)];
