// Not only who is let in, but what they are shown: field by field, and whose names stand in it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { topics } from '../../server/doors.ts';
import { parseTopic } from '../../server/log/topic.ts';
import { viewerOf } from '../../server/people/accounts/viewers.ts';
import { callOf } from '../door-calls.ts';
import { VIEWERS, type ViewerName } from '../every-door.ts';
import { FIELDS, OF_MANAGERS, OF_TOPICS, pathsIn } from '../field-lists.ts';
import { fieldsOf, placesOf } from '../fields.ts';
import { type LivedFloor, newLivedFloor } from '../lived-floor.ts';

let floor: LivedFloor;
beforeAll(async () => {
  floor = await newLivedFloor();
});
afterAll(() => floor?.close());

const MANAGERS: readonly ViewerName[] = ['manager', 'admin', 'people:write'];
const shortOf = (url: string) => url.replace('/api/v1/', '');
/** Doors that answer no JSON, or say of the house what they say to everybody. */
const PLAIN = new Set(['/metrics', 'pairings/mine', 'demo']);
/** Other questions at a door, whose answers have other parts. */
const ASIDE: Record<string, string[]> = {
  'boards/:id': ['boards/score', 'boards/tops', 'boards/aht?scope=team:red', 'boards/points?window=week'],
  'kpis/:id': ['kpis/aht'],
  'targets/versions': ['targets/versions?kpi=csat', 'targets/versions?kpi=occupancy'],
  receipts: ['score', 'points', 'flag:ana.aht.day1773097200000'].map(
    (of) => `receipts?subject=person:ana&measure=${of}`,
  ),
  'people/:id/performance': ['people/ana/performance?window=month', 'people/ben/performance'],
};

async function answersOf(url: string, who: ViewerName): Promise<unknown[]> {
  const call = callOf({ method: 'GET', url }, floor.ids);
  const own = callOf({ method: 'GET', url }, { ...floor.ids, person: who });
  const asked = [call?.url, own?.url, ...(ASIDE[shortOf(url)] ?? []).map((at) => `/api/v1/${at}`)];
  const answers = await Promise.all(
    [...new Set(asked)].map((at) => floor.app.inject({ url: at as string, headers: floor.headers[who] })),
  );
  return answers.filter(({ statusCode }) => statusCode === 200).map((answer) => answer.json());
}

/** What a viewer is shown of every topic about ana, themselves, and what belongs to both. */
async function snapshotsOf(who: ViewerName): Promise<{ noun: string; shown: unknown }[]> {
  const viewer = await viewerOf(floor, floor.headers[who]);
  if (viewer.kind === 'anonymous') return [];
  const found = [];
  for (const topic of topics(floor)) {
    const subjects = ['ana', who, 'red', 'acd', floor.screen, 'score:day', 'tops:day', 'talkers:day'];
    for (const subject of subjects) {
      const name = parseTopic(`${topic.noun}:${subject}`);
      const variant = name && (await topic.admit(viewer, name));
      if (!name || variant === null) continue;
      const shown = await topic.snapshot(viewer.orgId, name, variant).catch(() => ({}));
      found.push({ noun: topic.noun, shown });
    }
  }
  return found;
}

describe('every answer', () => {
  it('is listed field by field', () => {
    const gets = floor.doors.filter(({ method, url }) => method === 'GET' && !PLAIN.has(shortOf(url)));
    expect(Object.keys(FIELDS).sort()).toEqual(gets.map(({ url }) => shortOf(url)).sort());
    expect(Object.keys(OF_TOPICS).sort()).toEqual(
      topics(floor)
        .map(({ noun }) => noun)
        .sort(),
    );
  });

  it.each(VIEWERS)('shows %s the fields of the list, and none besides', async (who) => {
    const wrong = new Set<string>();
    for (const [door, list] of Object.entries(FIELDS)) {
      const allowed = pathsIn(`${list} ${MANAGERS.includes(who) ? (OF_MANAGERS[door] ?? '') : ''}`);
      const url = door.startsWith('/') ? door : `/api/v1/${door}`;
      for (const answer of await answersOf(url, who))
        for (const field of fieldsOf(answer)) if (!allowed.has(field)) wrong.add(`${door}: ${field}`);
    }
    for (const { noun, shown } of await snapshotsOf(who)) {
      const allowed = pathsIn(OF_TOPICS[noun] as string);
      for (const field of fieldsOf(shown)) if (field && !allowed.has(field)) wrong.add(`topic ${noun}: ${field}`);
    }
    expect([...wrong]).toEqual([]);
  });

  it('is really looked at: each listed field is shown to somebody', async () => {
    const unseen: string[] = [];
    for (const [door, list] of Object.entries(FIELDS)) {
      const url = door.startsWith('/') ? door : `/api/v1/${door}`;
      const seen = new Set<string>();
      for (const who of ['ana', 'rita', 'admin', 'device'] as const)
        for (const answer of await answersOf(url, who)) for (const field of fieldsOf(answer)) seen.add(field);
      const roots = [...seen].map((field) => field.split(/[.[]/)[0]);
      for (const path of pathsIn(list)) if (!roots.includes(path.split(/[.[]/)[0])) unseen.push(`${door}: ${path}`);
    }
    expect(unseen.filter((one) => !SELDOM.test(one))).toEqual([]);
  });
});

/** Listed, and not on this floor: agents whom nobody knows, gates that are missed, a KPI with a filter, a page that goes on. */
const SELDOM = /unmapped: items|: (gates|exclusions|filter|ties|caseMix)\b/;

describe('an agent', () => {
  /** Whoever else is on this floor, by id as a subject, by name, or by an address. */
  const OTHERS = /^(person:)?(ana|cleo|dora|emil|fay|gus|rita|paul)$|\b(Ana|Cleo|Dora|Emil|Fay|Gus) Zanzibar\b|@/;
  /** Where an agent may read of others at all: who leads a team, who looked at one's own data. And boards that were made for it. */
  const MAY = new Set([
    'teams: items[].supervisor',
    'session: account.email',
    ...['id', 'name'].map((field) => `people/:id/looks: items[].viewer.${field}`),
  ]);
  const BOARD = /^(boards\/:id|topic board): entries\[\]\.(subject|name)$/;

  it('reads of others only who leads a team, who looked, and who stands on a board that shows names', async () => {
    const wrong = new Set<string>();
    const onBoards = new Set<string>();
    const look = (where: string, shown: unknown) => {
      for (const place of placesOf(shown, OTHERS)) {
        const at = `${where}: ${place}`;
        if (BOARD.test(at)) onBoards.add((shown as { about: { mode: string } }).about.mode);
        else if (!MAY.has(at)) wrong.add(at);
      }
    };
    for (const door of Object.keys(FIELDS))
      for (const answer of await answersOf(door.startsWith('/') ? door : `/api/v1/${door}`, 'ben')) look(door, answer);
    for (const { noun, shown } of await snapshotsOf('ben')) look(`topic ${noun}`, shown);
    expect([...wrong]).toEqual([]);
    expect([...onBoards].sort()).toEqual(['full', 'top-n']);
  });

  it('stands alone on a benchmark board, and sees no more than its top on another', async () => {
    const asBen = async (path: string) =>
      (await floor.app.inject({ url: `/api/v1/boards/${path}`, headers: floor.headers.ben })).json();
    for (const path of [
      'score',
      'aht',
      'score?mode=full',
      'score?around=person:ana',
      'score?limit=500',
      'aht?scope=team:red',
    ])
      expect([path, placesOf(await asBen(path), OTHERS)]).toEqual([path, []]);
    expect((await asBen('tops')).entries).toHaveLength(3);
    for (const path of ['tops?mode=full', 'tops?limit=500', 'tops?cursor=3', 'tops?around=person:gus'])
      expect([path, ((await asBen(path)).entries ?? []).length <= 3]).toEqual([path, true]);
  });
});
