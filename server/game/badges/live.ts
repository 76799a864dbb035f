import type { Ground } from '#server/log/ground.ts';
import type { Topic } from '#server/log/topic.ts';
import type { Viewer } from '#server/people/may.ts';
import { ownTopic } from '#server/people/own-topic.ts';
import { badgeCase } from './view.ts';

/** `badges:<person>`: what somebody earned and what comes next. */
export const badgeTopic = (ground: Pick<Ground, 'db' | 'clock'>): Topic<Viewer> =>
  ownTopic(ground, {
    noun: 'badges',
    thinMs: 500,
    snapshot: (orgId, person) => badgeCase(ground, orgId, person),
  });
