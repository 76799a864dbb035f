import { query, read, readIfAny } from '$lib/api.ts';
import type { BoardView } from '$lib/contract/boards.ts';
import type { Board, Target } from '$lib/contract/definitions.ts';
import type { Session } from '$lib/contract/people.ts';
import type { Page } from '$lib/contract/problems.ts';
import { isoDay } from '$lib/format.ts';
import type { PageLoad } from './$types';

type Listed = Board & { name?: string };
const WINDOWS = ['hour', 'day', 'week', 'month', 'quarter'] as const;

export const load: PageLoad = async ({ fetch, parent, url, depends }) => {
  depends('floor:boards');
  const [{ session }, list] = await Promise.all([parent(), read<Page<Listed>>(fetch, 'boards?limit=500')]);
  const asked = url.searchParams;
  const board =
    list.items.find(({ id }) => id === asked.get('board')) ??
    list.items.find(({ id }) => id === 'score') ??
    list.items[0] ??
    null;
  const window = WINDOWS.find((name) => name === (asked.get('window') ?? board?.window)) ?? 'day';
  const scopes = scopesFor(board, session.person);
  const scope = scopes.find((name) => name === asked.get('scope')) ?? scopes[0] ?? 'org';
  const at = /^\d{4}-\d{2}-\d{2}$/.test(asked.get('at') ?? '') ? asked.get('at') : null;
  const timeZone = session.person?.timeZone ?? session.organisation.timeZone;
  const instant = at && noonOf(at);
  const path = board && `boards/${board.id}?${query({ window, scope, at: instant, limit: '100' })}`;
  const [view, teams, sites, targets] = await Promise.all([
    path ? read<BoardView>(fetch, path) : null,
    readIfAny<Page<{ id: string; name: string }>>(fetch, 'teams?limit=500'),
    readIfAny<Page<{ id: string; name: string }>>(fetch, 'sites?limit=500'),
    readIfAny<Page<Target>>(fetch, 'targets?limit=500'),
  ]);
  const names = { team: namesOf(teams), site: namesOf(sites) };
  const today = isoDay(Date.now(), timeZone);
  return {
    boards: list.items,
    board,
    path,
    windows: WINDOWS,
    window,
    scopes,
    scope,
    at,
    instant,
    view,
    names,
    today,
    mark: markOf(board, targets?.items ?? []),
  };
};

/** What the board is kept for, and one's own site and team, which one may always look at. */
function scopesFor(board: Board | null, person: Session['person']): string[] {
  const own = person ? [person.site && `site:${person.site}`, person.team && `team:${person.team}`] : [];
  return [...new Set([...(board?.scopes ?? ['org']), ...own.filter((scope) => scope !== null)])] as string[];
}

/** The target that bars run to: that of the role, else of everybody. The score is on target at 100. */
function markOf(board: Board | null, targets: Target[]): number | null {
  if (board?.measure === 'score') return 100;
  const common = targets.filter(
    (one) => one.kpi === board?.measure && !one.person && !one.team && !one.queue && !one.site && !one.rampDays,
  );
  const found = common.findLast((one) => one.role === 'agent') ?? common.findLast((one) => !one.role);
  return found && 'target' in found ? found.target : null;
}

/** A local date as an instant that lies in it whatever the zone's offset between UTC-11 and UTC+11. */
const noonOf = (day: string): string => `${day}T12:00:00Z`;

const namesOf = (page: Page<{ id: string; name: string }> | null) =>
  Object.fromEntries((page?.items ?? []).map(({ id, name }) => [id, name]));
