import { describe, expect, it } from 'vitest';
import type { AccountViewer, Asked, Floor, May, Viewer } from '../../server/people/may.ts';
import * as rights from '../../server/people/may.ts';
import type { Role, Scope } from '../../src/lib/contract/words.ts';

// Ana, Ben and Cal are agents of the red team at the north site; Rita leads red, Bruno leads blue (south); Tiny has 4 people.
const TEAM_OF: Record<string, string> = { ana: 'red', ben: 'red', rita: 'red', bea: 'blue', tim: 'tiny' };
const SITE_OF: Record<string, string> = { red: 'north', blue: 'south', tiny: 'islet' };
const SIZE: Record<string, number> = { red: 5, blue: 9, tiny: 4, north: 12, south: 9, islet: 4 };
const floor: Floor = {
  teamOf: async (person) => TEAM_OF[person] ?? null,
  siteOfTeam: async (team) => SITE_OF[team] ?? null,
  peopleInTeam: async (team) => SIZE[team] ?? 0,
  peopleAtSite: async (site) => SIZE[site] ?? 0,
};

const account = (personId: string | null, roles: Role[], more: Partial<AccountViewer> = {}): AccountViewer => {
  const team = personId ? (TEAM_OF[personId] ?? null) : null;
  const site = team ? (SITE_OF[team] ?? null) : null;
  return { kind: 'account', orgId: 1, accountId: 'a', sessionId: 's', personId, roles, teams: [], team, site, ...more };
};
const key = (...scopes: Scope[]): Viewer => ({ kind: 'key', orgId: 1, keyId: 'k', scopes });
const device = (scope: string): Viewer => ({ kind: 'device', orgId: 1, deviceId: 'd', scope });

const VIEWERS = {
  anonymous: { kind: 'anonymous' } as Viewer,
  ana: account('ana', ['agent']),
  tim: account('tim', ['agent']),
  rita: account('rita', ['supervisor'], { teams: ['red'] }),
  quality: account('q', ['quality']),
  trainer: account('t', ['trainer']),
  manager: account('m', ['manager']),
  executive: account('e', ['executive']),
  admin: account('admin', ['admin']),
  roleless: account('x', []),
  // named as a team's supervisor without the role: leads nobody
  demoted: account('rita', ['agent'], { teams: ['red'] }),
  events: key('events:write'),
  people: key('people:write'),
  definitions: key('definitions:write'),
  read: key('read'),
  metrics: key('metrics'),
  tv: device('org'),
  redTv: device('team:red'),
} satisfies Record<string, Viewer>;
type Who = keyof typeof VIEWERS;
const ALL = Object.keys(VIEWERS) as Who[];
const HIGH: Who[] = ['quality', 'trainer', 'manager', 'executive', 'admin'];
const SEERS: Who[] = [...HIGH, 'read'];
const ACCOUNTS: Who[] = ['ana', 'tim', 'rita', ...HIGH, 'roleless', 'demoted'];

const MATRIX: [string, May, Asked, Who[]][] = [
  ['anyone', rights.anyone, {}, ALL],
  ['signedIn', rights.signedIn, {}, ACCOUNTS],
  ['Ana herself', rights.seePerson, { id: 'ana' }, [...SEERS, 'ana', 'rita']],
  ['Ben of the red team', rights.seePerson, { id: 'ben' }, [...SEERS, 'rita']],
  ['Bea of another team', rights.seePerson, { id: 'bea' }, SEERS],
  ['an unknown person', rights.seePerson, { id: 'ghost' }, SEERS],
  ['no person at all', rights.seePerson, {}, SEERS],
  ['what a leader does for Ana', rights.leadPerson, { id: 'ana' }, ['rita', 'manager', 'admin']],
  ['what a leader does for Bea of another team', rights.leadPerson, { id: 'bea' }, ['manager', 'admin']],
  ['what a leader does for herself', rights.leadPerson, { id: 'rita' }, ['manager', 'admin']],
  ['what only Ana does', rights.ownPerson, { id: 'ana' }, ['ana']],
  ['what nobody does', rights.ownPerson, {}, []],
  ['what Ana shares with her leaders', rights.ownOrLed, { id: 'ana' }, ['ana', 'rita', 'manager', 'admin']],
  ['what leaders see of their own', rights.leadSome, {}, ['rita', 'manager', 'admin']],
  ['the red team (5 people)', rights.seeTeam, { id: 'red' }, [...SEERS, 'ana', 'rita', 'demoted']],
  ['the tiny team (4 people)', rights.seeTeam, { id: 'tiny' }, SEERS],
  ['the blue team', rights.seeTeam, { id: 'blue' }, SEERS],
  ['members of red', rights.seeMembers, { id: 'red' }, [...SEERS, 'rita']],
  ['a queue', rights.seeQueue, { id: 'sales' }, [...SEERS, 'rita']],
  ['the north site', rights.seeSite, { id: 'north' }, [...SEERS, 'ana', 'rita', 'demoted']],
  ['the islet (4 people)', rights.seeSite, { id: 'islet' }, SEERS],
  ['boards of all', rights.seeBoards, {}, [...ACCOUNTS, 'read']],
  ['boards of red', rights.seeBoards, { scope: 'team:red' }, [...SEERS, 'ana', 'rita', 'demoted']],
  ['boards of blue', rights.seeBoards, { scope: 'team:blue' }, SEERS],
  ['boards of north', rights.seeBoards, { scope: 'site:north' }, [...SEERS, 'ana', 'rita', 'demoted']],
  ['a scope that is none', rights.seeBoards, { scope: 'nonsense' }, SEERS],
  ['two scopes at once', rights.seeBoards, { scope: ['org', 'team:blue'] }, SEERS],
  ['how the process does', rights.seeMetrics, {}, ['admin', 'metrics']],
  ['subject Ben', rights.seeSubject, { subject: 'person:ben' }, [...SEERS, 'rita']],
  ['subject queue', rights.seeSubject, { subject: 'queue:a:b' }, [...SEERS, 'rita']],
  ['subject of no kind', rights.seeSubject, { subject: 'constructor:ana' }, []],
  ['no subject', rights.seeSubject, {}, []],
  ['names of things', rights.seeThings, {}, [...ACCOUNTS, 'people', 'definitions', 'read']],
  ['the list of people', rights.seePeople, {}, [...SEERS, 'rita', 'people']],
  ['managePeople', rights.managePeople, {}, ['admin', 'manager', 'people']],
  ['seeUnmapped', rights.seeUnmapped, {}, ['admin', 'manager', 'people']],
  ['defineThings', rights.defineThings, {}, ['admin', 'manager', 'definitions']],
  ['sendEvents', rights.sendEvents, {}, ['admin', 'events']],
  ['manageKeys', rights.manageKeys, {}, ['admin']],
  ['manageAccounts', rights.manageAccounts, {}, ['admin']],
  ['the trail of rights', rights.seeAudit, {}, ['admin']],
  ['who looked at Ana', rights.seeLooks, { id: 'ana' }, ['ana', 'admin']],
  ['manageDevices', rights.manageDevices, {}, ['admin', 'manager', 'rita']],
  ['seeLog', rights.seeLog, {}, ['admin', 'manager', 'read']],
  ['seeSources', rights.seeSources, {}, [...ACCOUNTS, 'read', 'events']],
];

describe('rights, by role and scope', () => {
  it.each(MATRIX)('%s', async (_name, may, asked, allowed) => {
    const seen: Who[] = [];
    for (const who of ALL) if ((await may(VIEWERS[who], asked, floor)) === true) seen.push(who);
    expect(seen.sort()).toEqual([...new Set(allowed)].sort());
  });

  it('has a row in this table for every right', () => {
    const NOT_RIGHTS = ['peopleShown', 'seesFullBoards', 'teamsLed'];
    const named = new Set<unknown>(MATRIX.map(([, may]) => may));
    const without = Object.entries(rights).filter(([name, value]) => !NOT_RIGHTS.includes(name) && !named.has(value));
    expect(without.map(([name]) => name)).toEqual([]);
  });

  it('shows the list of people by team to those who lead, whole to those who see all, empty to the rest', () => {
    const shown = Object.fromEntries(ALL.map((who) => [who, rights.peopleShown(VIEWERS[who])]));
    for (const who of ALL) {
      if ([...SEERS, 'people'].includes(who)) expect(shown[who], who).toBe('all');
      else expect(shown[who], who).toEqual(who === 'rita' ? ['red'] : []);
    }
  });

  it('names the teams of those who lead, as leadPerson says of each of their people', async () => {
    for (const who of ALL) {
      const led = rights.teamsLed(VIEWERS[who]);
      for (const person of ['ana', 'ben', 'bea', 'tim']) {
        const named = led === 'all' || led.includes(TEAM_OF[person] as string);
        expect(named, `${who} and ${person}`).toBe(
          (await rights.leadPerson(VIEWERS[who], { id: person }, floor)) === true,
        );
      }
    }
  });

  it('shows whole boards to those who lead or see all only', () => {
    expect(ALL.filter((who) => rights.seesFullBoards(VIEWERS[who])).sort()).toEqual([...SEERS, 'rita'].sort());
  });

  it('knows a supervisor at a site by a team led there, even when belonging elsewhere', async () => {
    const roaming = account('bea', ['supervisor'], { teams: ['red'] });
    expect(await rights.seeSite(roaming, { id: 'north' }, floor)).toBe(true);
    expect(await rights.seeSite(roaming, { id: 'islet' }, floor)).toBe(false);
  });
});
