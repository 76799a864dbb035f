import type { Performance } from '#contract/performance.ts';
import { WINDOWS, type WindowName } from '#contract/windows.ts';
import type { Ground } from '#server/log/ground.ts';
import type { Topic, TopicName } from '#server/log/topic.ts';
import { floorFor } from '#server/people/door.ts';
import { type May, seeMembers, seePerson, seeTeam, type Viewer } from '#server/people/may.ts';
import { membersFor, performanceSnapshot, personSnapshots } from './routes.ts';

type Seen = { may: May; kind: 'person' | 'team'; thinMs: number };

/** `person:<id>` and `team:<id>`: performance of the day, a person's own at once, a team's a few times a second; `members:<team>`. */
export function performanceTopics(ground: Pick<Ground, 'db' | 'clock' | 'log'>): Topic<Viewer>[] {
  const organisations = new Map<number, (person: string) => Promise<Performance>>();
  const snapshotOf = (orgId: number, kind: Seen['kind'], id: string): Promise<Performance> => {
    if (kind !== 'person') return performanceSnapshot(ground, orgId, { kind, id });
    const ask = organisations.get(orgId) ?? personSnapshots(ground, orgId);
    organisations.set(orgId, ask);
    return ask(id);
  };
  const topic = ({ may, kind, thinMs }: Seen): Topic<Viewer> => ({
    noun: kind,
    thinMs,
    admit: async (viewer, name) =>
      name.parts.length === 1 && (await may(viewer, { id: idOf(name) }, floorFor(ground, viewer))) ? 'all' : null,
    snapshot: (orgId, name) => snapshotOf(orgId, kind, idOf(name)),
    concerns: (notes, name) =>
      notes.definitions || (kind === 'person' ? notes.people.has(idOf(name)) : notes.people.size > 0),
  });
  return [
    topic({ may: seePerson, kind: 'person', thinMs: 0 }),
    topic({ may: seeTeam, kind: 'team', thinMs: 250 }),
    membersTopic(ground),
  ];
}

const MEMBERS_MS = 1_000;

/** `members:<team>[:<window>]`: everyone in a team at a glance, once a second at most. */
function membersTopic(ground: Pick<Ground, 'db' | 'clock'>): Topic<Viewer> {
  return {
    noun: 'members',
    thinMs: MEMBERS_MS,
    admit: async (viewer, name) =>
      windowIn(name) && (await seeMembers(viewer, { id: idOf(name) }, floorFor(ground, viewer))) ? 'all' : null,
    snapshot: (orgId, name) => {
      const now = ground.clock.now();
      return membersFor(ground, orgId, { team: idOf(name), window: windowIn(name) ?? 'day', at: now, now });
    },
    concerns: (notes) => notes.definitions || notes.people.size > 0,
  };
}

function windowIn({ parts }: TopicName): WindowName | null {
  const [, window = 'day', ...rest] = parts;
  const known = window !== 'custom' && (WINDOWS as readonly string[]).includes(window);
  return known && rest.length === 0 ? (window as WindowName) : null;
}

const idOf = (name: TopicName): string => name.parts[0] ?? '';
