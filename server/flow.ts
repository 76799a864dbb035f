// The natural way: read this first. What comes in at the door stands in the log, and the flow carries it up,
// batch by batch, through these rooms in this order, all effects and the new position in one transaction.
import type { Consumer, Projection } from '#server/log/consumer.ts';
import type { Ground } from '#server/log/ground.ts';

/** Every letterbox, from the ground up. */
export const consumers = (_ground: Ground): readonly Consumer[] => [];

/** What is written to Redis after the commit. */
export const projections = (_ground: Ground): readonly Projection[] => [];
