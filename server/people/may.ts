import { LIMITS } from '#contract/limits.ts';
import type { Role, Scope } from '#contract/words.ts';

/** Who asks. `teams` are the teams that this person leads; `team` and `site` are where they belong. */
export type Viewer =
  | { kind: 'anonymous' }
  | AccountViewer
  | { kind: 'key'; orgId: number; keyId: string; scopes: Scope[] }
  | { kind: 'device'; orgId: number; deviceId: string; scope: string };

export type AccountViewer = {
  kind: 'account';
  orgId: number;
  accountId: string;
  sessionId: string;
  personId: string | null;
  roles: Role[];
  teams: string[];
  team: string | null;
  site: string | null;
};

/** What is asked for: the parameters of the path and the query in one, `id` being the subject of the path. */
export type Asked = Readonly<Record<string, unknown>>;

/** The few things a predicate must know about the floor of the viewer's organisation; asked only when needed. */
export type Floor = {
  teamOf(person: string): Promise<string | null>;
  siteOfTeam(team: string): Promise<string | null>;
  peopleInTeam(team: string): Promise<number>;
  peopleAtSite(site: string): Promise<number>;
};

/** A right: true lets in. Every door and every subscription names one; whatever none allows is refused. */
export type May = (viewer: Viewer, asked: Asked, floor: Floor) => boolean | Promise<boolean>;

/** For doors that need no viewer: health, sign-in, set-up. */
export const anyone: May = () => true;

export const signedIn: May = (viewer) => viewer.kind === 'account';

/** A person's own figures and all that is behind them. */
export const seePerson: May = async (viewer, asked, floor) => {
  const person = text(asked.id);
  if (seesAll(viewer)) return true;
  if (viewer.kind !== 'account' || person === null) return false;
  if (viewer.personId === person) return true;
  return leadsSome(viewer) && leads(viewer, await floor.teamOf(person));
};

/** A team's sums: its supervisor, whoever sees all, and its members once it is large enough to hide one of them. */
export const seeTeam: May = async (viewer, asked, floor) => {
  const team = text(asked.id);
  if (seesAll(viewer)) return true;
  if (viewer.kind !== 'account' || team === null) return false;
  if (leads(viewer, team)) return true;
  return viewer.team === team && (await floor.peopleInTeam(team)) >= LIMITS.k;
};

/** A team's people one by one: its supervisor and whoever sees all. */
export const seeMembers: May = (viewer, asked) =>
  seesAll(viewer) || (viewer.kind === 'account' && leads(viewer, text(asked.id)));

/** What a leader does for somebody: reward, flag, coach. The supervisor of the person's team, managers and administrators. */
export const leadPerson: May = async (viewer, asked, floor) => {
  const person = text(asked.id);
  if (hasRole(viewer, ['manager', 'admin'])) return true;
  if (viewer.kind !== 'account' || person === null || !leadsSome(viewer)) return false;
  return viewer.personId !== person && leads(viewer, await floor.teamOf(person));
};

/** What only the person does: redeem, answer, acknowledge. */
export const ownPerson: May = (viewer, asked) =>
  viewer.kind === 'account' && viewer.personId !== null && viewer.personId === text(asked.id);

/** What a person and their leader share: a flag, a follow-up. */
export const ownOrLed: May = async (viewer, asked, floor) =>
  (await ownPerson(viewer, asked, floor)) || leadPerson(viewer, asked, floor);

/** Whoever leads anybody at all: lists of flags, follow-ups and grants, which show only one's own people. */
export const leadSome: May = (viewer) =>
  hasRole(viewer, ['manager', 'admin']) || (viewer.kind === 'account' && leadsSome(viewer));

/** Queues have no people; supervisors steer by them. */
export const seeQueue: May = (viewer) => seesAll(viewer) || hasRole(viewer, ['supervisor']);

/** A site's sums: supervisors there, whoever sees all, and its people once there are enough of them. */
export const seeSite: May = async (viewer, asked, floor) => {
  const site = text(asked.id);
  if (seesAll(viewer)) return true;
  if (viewer.kind !== 'account' || site === null) return false;
  if (await supervisesAt(viewer, site, floor)) return true;
  return viewer.site === site && (await floor.peopleAtSite(site)) >= LIMITS.k;
};

/** A board in a scope (`org`, `site:ID`, `team:ID`): one's own, or all. A screen has its wall, and nothing beside it. */
export const seeBoards: May = async (viewer, asked, floor) => {
  const scope = asked.scope === undefined ? 'org' : text(asked.scope);
  if (seesAll(viewer)) return true;
  if (viewer.kind !== 'account' || scope === null) return false;
  if (scope === 'org') return true;
  const id = scope.slice(scope.indexOf(':') + 1);
  if (scope.startsWith('team:')) return viewer.team === id || leads(viewer, id);
  return scope.startsWith('site:') && (viewer.site === id || supervisesAt(viewer, id, floor));
};

/** Anything with a subject (`person:ID`, `team:ID`, `queue:ID`, `site:ID`): receipts, trends and live topics. */
export const seeSubject: May = (viewer, asked, floor) => {
  const subject = text(asked.subject) ?? '';
  const colon = subject.indexOf(':');
  const see = colon > 0 ? SUBJECTS[subject.slice(0, colon)] : undefined;
  return see ? see(viewer, { ...asked, id: subject.slice(colon + 1) }, floor) : false;
};

/** Names of sites, teams and queues, and the definitions of KPIs: whoever works here; a device needs none of it. */
export const seeThings: May = (viewer) =>
  viewer.kind === 'account' || hasScope(viewer, ['read', 'people:write', 'definitions:write']);

/** The list of people; what it shows of whom is the list's own rule (`peopleShown`). */
export const seePeople: May = (viewer) =>
  seesAll(viewer) || hasRole(viewer, ['supervisor']) || hasScope(viewer, ['people:write']);

export const managePeople: May = (viewer) =>
  hasRole(viewer, ['admin', 'manager']) || hasScope(viewer, ['people:write']);

export const seeUnmapped: May = managePeople;

export const defineThings: May = (viewer) =>
  hasRole(viewer, ['admin', 'manager']) || hasScope(viewer, ['definitions:write']);

export const sendEvents: May = (viewer) => hasRole(viewer, ['admin']) || hasScope(viewer, ['events:write']);

/** Keys, accounts and everything else that hands out rights. */
export const manageKeys: May = (viewer) => hasRole(viewer, ['admin']);

export const manageAccounts: May = manageKeys;

/** What the house is called and where its day begins. */
export const manageOrganisation: May = manageKeys;

/** Who changed which right. */
export const seeAudit: May = manageKeys;

/** Who looked at a person's data: that person, and administrators. */
export const seeLooks: May = (viewer, asked, floor) =>
  ownPerson(viewer, asked, floor) === true || hasRole(viewer, ['admin']);

export const manageDevices: May = (viewer) => hasRole(viewer, ['admin', 'manager', 'supervisor']);

/** Raw events, dead letters and the state of sources. */
export const seeLog: May = (viewer) => hasRole(viewer, ['admin', 'manager']) || hasScope(viewer, ['read']);

/** How fresh the sources are: every figure names them, so whoever sees figures sees this. */
export const seeSources: May = (viewer) => viewer.kind === 'account' || hasScope(viewer, ['read', 'events:write']);

/** How the process does: it counts, and knows nobody. */
export const seeMetrics: May = (viewer) => hasRole(viewer, ['admin']) || hasScope(viewer, ['metrics']);

/** Which people the list shows to this viewer: `all`, or the members of these teams. */
export function peopleShown(viewer: Viewer): 'all' | string[] {
  if (seesAll(viewer) || hasScope(viewer, ['people:write'])) return 'all';
  return viewer.kind === 'account' && leadsSome(viewer) ? viewer.teams : [];
}

/** Whom this viewer leads, as `leadPerson` says it of each: everybody, or the people of these teams but never oneself. */
export function teamsLed(viewer: Viewer): 'all' | string[] {
  if (hasRole(viewer, ['manager', 'admin'])) return 'all';
  return viewer.kind === 'account' && leadsSome(viewer) ? viewer.teams : [];
}

/** Whether names of colleagues on a board are this viewer's to see beyond what the board's mode allows. */
export const seesFullBoards = (viewer: Viewer): boolean => seesAll(viewer) || hasRole(viewer, ['supervisor']);

const SUBJECTS: Readonly<Record<string, May>> = Object.assign(Object.create(null), {
  person: seePerson,
  team: seeTeam,
  queue: seeQueue,
  site: seeSite,
});

const EVERYONE_SEERS: readonly Role[] = ['quality', 'trainer', 'manager', 'executive', 'admin'];

function seesAll(viewer: Viewer): boolean {
  return hasRole(viewer, EVERYONE_SEERS) || hasScope(viewer, ['read']);
}

function hasRole(viewer: Viewer, roles: readonly Role[]): boolean {
  return viewer.kind === 'account' && viewer.roles.some((role) => roles.includes(role));
}

function hasScope(viewer: Viewer, scopes: readonly Scope[]): boolean {
  return viewer.kind === 'key' && viewer.scopes.some((scope) => scopes.includes(scope));
}

function leadsSome(viewer: AccountViewer): boolean {
  return viewer.roles.includes('supervisor') && viewer.teams.length > 0;
}

function leads(viewer: AccountViewer, team: string | null): boolean {
  return team !== null && viewer.roles.includes('supervisor') && viewer.teams.includes(team);
}

async function supervisesAt(viewer: AccountViewer, site: string, floor: Floor): Promise<boolean> {
  if (!viewer.roles.includes('supervisor')) return false;
  if (viewer.site === site) return true;
  for (const team of viewer.teams) if ((await floor.siteOfTeam(team)) === site) return true;
  return false;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
