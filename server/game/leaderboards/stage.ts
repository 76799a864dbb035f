import type { Stage } from '#server/log/lag.ts';
import { readPosition } from './redis-store.ts';

/** How far the boards in Redis have come. */
export const boardStage: Stage = {
  name: 'projection',
  position: ({ redis }, orgId) => readPosition(redis, orgId),
};
