import type { Topic, TopicName } from '#server/log/topic.ts';
import type { Known } from './gateway.ts';

export type Rights = {
  /** The variant of a topic that a viewer sees, or null: asked once for all sockets of one viewer as it was found. */
  of(viewer: Known, topic: Topic<Known>, name: TopicName): Promise<string | null>;
};

/**
 * Shares the answers about rights. A viewer is found anew every second, and at once when rights change, so what was
 * answered about one is kept for no longer than that.
 */
export function shareRights(): Rights {
  const known = new WeakMap<Known, Map<string, Promise<string | null>>>();
  return {
    of: (viewer, topic, name) => {
      const own = known.get(viewer) ?? new Map<string, Promise<string | null>>();
      known.set(viewer, own);
      const asked = own.get(name.full) ?? topic.admit(viewer, name);
      own.set(name.full, asked);
      asked.catch(() => own.delete(name.full));
      return asked;
    },
  };
}
