import type { WindowName } from '#contract/windows.ts';
import { WINDOWS } from '#contract/windows.ts';
import { gather } from '#server/foundation/gather.ts';
import type { Ground } from '#server/log/ground.ts';
import type { Topic, TopicName } from '#server/log/topic.ts';
import { admit as admitted } from '#server/people/door.ts';
import { seeBoards, seesFullBoards, type Viewer } from '#server/people/may.ts';
import { boardRows } from './store.ts';
import { boardView } from './view.ts';

const THIN_MS = 100;

/** `board:<id>:<window>[@<date or instant>][:<scope>]`; with a moment, the window that holds it. */
export function boardTopic(ground: Pick<Ground, 'db' | 'redis' | 'clock'>): Topic<Viewer> {
  // many who come at the same time ask for one list
  const boardsOf = gather(async ([orgId = 0]: number[]) => {
    const rows = await boardRows(ground.db.of(orgId), orgId);
    return () => rows;
  }, 1);
  return {
    noun: 'board',
    thinMs: THIN_MS,
    admit: async (viewer, name) => {
      const wish = wishOf(name);
      if (!wish || viewer.kind === 'anonymous') return null;
      try {
        await admitted(ground, viewer, { may: seeBoards, asked: wish });
      } catch {
        return null;
      }
      return variantOf(viewer, (await boardsOf(viewer.orgId)).get(wish.id)?.mode ?? 'benchmark');
    },
    snapshot: (orgId, name, variant) => {
      const wish = wishOf(name) as Wish;
      return boardView(ground, { orgId, ...wish, variant, me: variant.startsWith('me:') ? variant.slice(3) : null });
    },
    concerns: (notes) => notes.people.size > 0 || notes.definitions,
  };
}

/**
 * What a viewer's rights make of a board: `full`, `top`, `team:ID` or `me:ID` (benchmark). Agents get the board's mode,
 * leaders what they ask for, a wallboard never more than the top.
 */
export function variantOf(viewer: Viewer, mode: string, asked?: string): string {
  if (viewer.kind === 'device') return 'top';
  if (seesFullBoards(viewer)) return asked === 'top-n' ? 'top' : 'full';
  if (viewer.kind !== 'account') return 'top';
  if (mode === 'full') return 'full';
  if (mode === 'top-n') return 'top';
  if (mode === 'team' && viewer.team) return `team:${viewer.team}`;
  return `me:${viewer.personId ?? ''}`;
}

type Wish = { id: string; window: WindowName; at: number | undefined; scope: string };

function wishOf({ parts }: TopicName): Wish | null {
  const [id = '', when = '', ...rest] = parts;
  const [window = '', moment] = when.split('@');
  const tail = rest.join(':') || 'org';
  const at = moment === undefined ? undefined : Date.parse(moment.length === 10 ? `${moment}T12:00:00Z` : moment);
  const known = (WINDOWS as readonly string[]).includes(window) && window !== 'custom';
  if (!known || (at !== undefined && Number.isNaN(at)) || !/^(org|(site|team):[A-Za-z0-9._-]{1,64})$/.test(tail))
    return null;
  return { id, window: window as WindowName, at, scope: tail };
}
