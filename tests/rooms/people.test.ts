import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../../server/log/catalogue.ts';
import { flowPosition } from '../../server/log/flow-store.ts';
import { headOf } from '../../server/log/store.ts';
import { ensureQueues } from '../../server/people/commands.ts';
import { peopleConsumer } from '../../server/people/consumer.ts';
import { membersOf, rosterOf, zoneOf } from '../../server/people/roster.ts';
import { type FloorWorld, type Hand, newFloor } from '../floor.ts';

let floor: FloorWorld;
let api: Hand;
beforeAll(async () => {
  floor = await newFloor();
  api = await floor.key();
  await api('PUT', '/api/v1/sites', [{ id: 'north', name: 'North', timeZone: 'America/New_York' }]);
  await api('PUT', '/api/v1/teams', [
    { id: 'red', name: 'Red', site: 'north', supervisor: 'rita' },
    { id: 'blue', name: 'Blue', site: 'main' },
  ]);
});
afterAll(() => floor.close());

const COLUMNS = 'position, source, id, type, time, recorded_at as "recordedAt", agent, customer, interaction, data';
const person = (id: string, more: object = {}) => ({
  id,
  name: `Name of ${id}`,
  roles: ['agent'],
  team: 'red',
  ...more,
});
const logged = () =>
  floor.every.rows<LoggedEvent>(`select ${COLUMNS} from events where org_id = $1 order by position`, [floor.orgId]);
const events = async () => (await logged()).map((event) => event.type);
const replay = (batch: LoggedEvent[]) =>
  floor.every.transaction((tx) =>
    peopleConsumer.apply({ orgId: floor.orgId, events: batch, now: 0, replay: false }, tx),
  );
const head = () => headOf(floor.db.of(floor.orgId), floor.orgId);
const tables = async () => {
  const all: unknown[] = [];
  for (const table of peopleConsumer.tables)
    all.push(
      await floor.every.rows(
        `select * from ${table} where org_id = $1 order by 1, 2, 3`.replace(
          table === 'people_versions' ? ', 3' : '',
          '',
        ),
        [floor.orgId],
      ),
    );
  return all;
};
const sale = (id: string, agent: string, time = '2026-03-01T10:00:00Z') => ({
  source: 'acd',
  id,
  type: 'sale.closed' as const,
  time: Date.parse(time),
  agent: { source: 'acd', name: agent },
  data: {},
});

describe('saving the floor', () => {
  it('answers what stands now, and appends nothing for what stands already', async () => {
    const body = [
      person('ana', {
        email: 'Ana@example.org',
        startedOn: '2025-01-07',
        identities: [{ source: 'acd', agent: '1001' }],
      }),
    ];
    const first = await api('PUT', '/api/v1/people', body);
    expect(first.status).toBe(200);
    expect(first.body.items).toEqual([
      {
        id: 'ana',
        name: 'Name of ana',
        email: 'Ana@example.org',
        roles: ['agent'],
        team: 'red',
        startedOn: '2025-01-07',
        identities: [{ source: 'acd', agent: '1001', from: null, to: null }],
      },
    ]);
    const before = await head();
    expect(first.body.position).toBe(String(before));
    expect((await api('PUT', '/api/v1/people', body)).body).toEqual(first.body);
    for (const [noun, item] of [
      ['sites', { id: 'north', name: 'North', timeZone: 'America/New_York' }],
      ['teams', { id: 'blue', name: 'Blue', site: 'main' }],
    ] as const)
      expect((await api('PUT', `/api/v1/${noun}`, [item])).status).toBe(200);
    await api('PUT', '/api/v1/queues', [{ id: 'sales', shortMs: 7000 }]);
    const queued = await head();
    expect((await api('PUT', '/api/v1/queues', [{ id: 'sales', shortMs: 7000 }])).body.items).toEqual([
      { id: 'sales', name: 'sales', site: 'main', serviceLevelMs: 20_000, shortMs: 7000, abandonShortMs: 5000 },
    ]);
    expect(await head()).toBe(queued);
    expect((await events()).filter((type) => type === 'person.saved')).toHaveLength(1);
  });

  it('replaces what is present and keeps what is absent', async () => {
    await api('PUT', '/api/v1/people', [
      person('pat', { email: 'p@example.org', startedOn: '2024-05-05', identities: [{ source: 'acd', agent: 'pat' }] }),
    ]);
    const { body } = await api('PUT', '/api/v1/people', [{ id: 'pat', email: null, roles: ['quality', 'agent'] }]);
    expect(body.items[0]).toMatchObject({
      name: 'Name of pat',
      email: null,
      roles: ['quality', 'agent'],
      team: 'red',
      startedOn: '2024-05-05',
    });
    expect(body.items[0].identities).toHaveLength(1);
    expect((await api('PUT', '/api/v1/people', [{ id: 'pat', identities: [] }])).body.items[0].identities).toEqual([]);
  });

  it('refuses the whole call for one bad item, by its path', async () => {
    const before = await head();
    const bad = await api('PUT', '/api/v1/people', [
      person('good'),
      person('bad', { team: 'nowhere' }),
      { id: 'blank' },
    ]);
    expect(bad.status).toBe(400);
    expect(bad.headers['content-type']).toContain('application/problem+json');
    expect(bad.body.errors.map((error: { path: string }) => error.path)).toEqual(['/1/team', '/2/name', '/2/roles']);
    expect((await api('GET', '/api/v1/people/good')).status).toBe(404);
    const zone = await api('PUT', '/api/v1/sites', [{ id: 'moon', name: 'Moon', timeZone: 'Moon/Base' }]);
    expect([zone.status, zone.body.code, zone.body.errors[0].path]).toEqual([400, 'time_zone_unknown', '/0/timeZone']);
    for (const [noun, item] of [
      ['teams', { id: 't', name: 'T', site: 'moon' }],
      ['queues', { id: 'q', site: 'moon' }],
    ] as const)
      expect((await api('PUT', `/api/v1/${noun}`, [item])).body.errors[0].path).toBe('/0/site');
    expect((await api('PUT', '/api/v1/people', [person('twin'), person('twin')])).body.errors[0].path).toBe('/1/id');
    expect((await api('PUT', '/api/v1/people', [person('no/slash')])).status).toBe(400);
    expect(await head()).toBe(before);
  });

  it('refuses an agent that is another person at the same time, and takes it over once it is free', async () => {
    await api('PUT', '/api/v1/people', [
      person('one', { identities: [{ source: 'acd', agent: '77', to: '2026-02-01T00:00:00Z' }] }),
    ]);
    const overlap = [{ source: 'acd', agent: '77', from: '2026-01-31T00:00:00Z' }];
    const refused = await api('PUT', '/api/v1/people', [person('two', { identities: overlap })]);
    expect([refused.status, refused.body.code, refused.body.errors[0].path]).toEqual([
      409,
      'identity_taken',
      '/0/identities/0',
    ]);
    expect((await api('GET', '/api/v1/people/two')).status).toBe(404);
    const taken = await api('PUT', '/api/v1/people', [person('two', { identities: [{ source: 'acd', agent: '77' }] })]);
    expect(taken.body.items[0].identities).toEqual([
      { source: 'acd', agent: '77', from: '2026-02-01T00:00:00.000Z', to: null },
    ]);
    const other = [{ source: 'another', agent: '77' }];
    expect((await api('PUT', '/api/v1/people', [person('three', { identities: other })])).status).toBe(200);
  });

  it('keeps names out of the log', async () => {
    await api('PUT', '/api/v1/people', [
      person('secret', {
        name: 'Zoltan Unmistakable',
        email: 'zu@example.org',
        identities: [{ source: 'acd', agent: 'zoltan.u' }],
      }),
    ]);
    const rows = await floor.every.rows<{ row: string }>('select e::text as row from events e where org_id = $1', [
      floor.orgId,
    ]);
    for (const { row } of rows) expect(row).not.toMatch(/Unmistakable|zu@example|zoltan\.u/);
    const [parts] = await floor.every.rows<{ count: number }>(
      "select count(*)::int as count from events where org_id = $1 and type = 'person.saved' and sealed is not null",
      [floor.orgId],
    );
    expect(parts?.count).toBeGreaterThan(0);
  });

  it('takes concurrent calls one after the other', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `Name ${n}`);
    const answers = await Promise.all(
      names.map((name) =>
        api('PUT', '/api/v1/people', [person('raced', { name, identities: [{ source: 'acd', agent: 'raced' }] })]),
      ),
    );
    expect(answers.map((answer) => answer.status)).toEqual(names.map(() => 200));
    const ids = await floor.every.rows("select 1 from identities where org_id = $1 and person = 'raced'", [
      floor.orgId,
    ]);
    expect(ids).toHaveLength(1);
  });

  it('hears everybody who maps an agent to the same person at the same moment', async () => {
    await api('PUT', '/api/v1/people', [person('many', { identities: [{ source: 'acd', agent: 'many-0' }] })]);
    const names = Array.from({ length: 8 }, (_, n) => `many-${n + 1}`);
    const at = '/api/v1/people/many/identities';
    const answers = await Promise.all(names.map((agent) => api('POST', at, { source: 'acd', agent })));
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    const { body } = await api('GET', '/api/v1/people/many');
    expect(body.identities.map(({ agent }: { agent: string }) => agent).sort()).toEqual(['many-0', ...names]);
    const again = await api('POST', at, { source: 'acd', agent: 'many-1' });
    expect([again.status, again.body.identities.length]).toEqual([200, 9]);
    await api('PUT', '/api/v1/people', [person('other', { identities: [{ source: 'acd', agent: 'others' }] })]);
    const taken = await api('POST', at, { source: 'acd', agent: 'others' });
    expect([taken.status, taken.body.errors[0].path]).toEqual([409, '/agent']);
    expect((await api('POST', '/api/v1/people/nobody/identities', { source: 'acd', agent: 'x' })).status).toBe(404);
  });

  it('makes unknown queues with the defaults, once', async () => {
    await ensureQueues(floor, floor.orgId, ['billing desk', 'sales', 'billing desk']);
    const before = await head();
    await ensureQueues(floor, floor.orgId, ['billing desk']);
    expect(await head()).toBe(before);
    const { body } = await api('GET', '/api/v1/queues');
    expect(body.items.map((queue: { id: string }) => queue.id)).toEqual(['billing desk', 'sales']);
    expect(body.items[1].shortMs).toBe(7000);
  });
});

describe('the flow', () => {
  it('finds its work done after commands, and does the same from the log alone', async () => {
    floor.time.now += 60_000;
    await api('PUT', '/api/v1/people', [person('mover', { identities: [{ source: 'acd', agent: 'm' }] })]);
    floor.time.now += 60_000;
    await api('PUT', '/api/v1/people', [
      { id: 'mover', team: 'blue', identities: [] },
      person('heir', { identities: [{ source: 'acd', agent: 'm' }] }),
    ]);
    const live = await tables();
    await floor.settle();
    expect(await tables()).toEqual(live);
    for (const table of peopleConsumer.tables)
      await floor.every.rows(`delete from ${table} where org_id = $1`, [floor.orgId]);
    await replay(await logged());
    expect(await tables()).toEqual(live);
    for (const table of peopleConsumer.tables)
      await floor.every.rows(`delete from ${table} where org_id = $1`, [floor.orgId]);
    for (const event of await logged()) await replay([event]);
    expect(await tables()).toEqual(live);
    peopleConsumer.forget(floor.orgId);
  });

  it('never lets an older event overwrite what a newer command saved', async () => {
    const before = await tables();
    for (const event of await logged()) await replay([event]);
    expect(await tables()).toEqual(before);
  });
});

describe('the roster', () => {
  it('knows teams over time, zones, and what changed since it was read', async () => {
    const before = await rosterOf(floor.db.of(floor.orgId), floor.orgId);
    expect(await rosterOf(floor.db.of(floor.orgId), floor.orgId)).toBe(before);
    const changed = floor.time.now;
    expect(membersOf(before, 'blue', changed)).toEqual(['mover']);
    expect(membersOf(before, 'blue', changed - 1)).toEqual([]);
    expect(membersOf(before, 'red', changed - 1)).toContain('mover');
    expect(zoneOf(before, { kind: 'person', id: 'ana' })).toBe('America/New_York');
    expect(zoneOf(before, { kind: 'person', id: 'mover' })).toBe('Europe/Berlin');
    expect(zoneOf(before, { kind: 'queue', id: 'sales' })).toBe('Europe/Berlin');
    floor.time.now += 60_000;
    await api('PUT', '/api/v1/people', [{ id: 'ana', name: 'Ana Changed', team: 'blue' }]);
    const after = await rosterOf(floor.db.of(floor.orgId), floor.orgId);
    expect(after.people.get('ana')).toMatchObject({ name: 'Ana Changed', team: 'blue' });
    expect(membersOf(after, 'blue', floor.time.now)).toEqual(['ana', 'mover']);
    expect(after.people.get('mover')).toBe(before.people.get('mover'));
  });
});

describe('agents that nobody answers for', () => {
  it('are listed with what they did, until they are mapped', async () => {
    await floor.log.submit(floor.orgId, [
      sale('s1', 'ghost'),
      sale('s2', 'ghost', '2026-03-02T10:00:00Z'),
      sale('s3', 'spook'),
      sale('s4', '1001'),
    ]);
    const first = await api('GET', '/api/v1/unmapped?limit=1');
    const second = await api('GET', `/api/v1/unmapped?limit=1&cursor=${first.body.next}`);
    expect(second.body.next).toBeNull();
    // pages go by the log's own numbers, which tell nothing of names
    const listed = [...first.body.items, ...second.body.items].sort((a, b) => (a.agent < b.agent ? -1 : 1));
    const [early, late] = ['2026-03-01T10:00:00.000Z', '2026-03-02T10:00:00.000Z'];
    expect(listed).toEqual([
      { source: 'acd', agent: 'ghost', events: 2, firstAt: early, lastAt: late },
      { source: 'acd', agent: 'spook', events: 1, firstAt: early, lastAt: early },
    ]);
    await api('PUT', '/api/v1/people', [person('gus', { identities: [{ source: 'acd', agent: 'ghost' }] })]);
    expect((await api('GET', '/api/v1/unmapped')).body.items.map((item: { agent: string }) => item.agent)).toEqual([
      'spook',
    ]);
  });
});

describe('lists', () => {
  it('page by cursor without losing or repeating anybody', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await api('GET', `/api/v1/people?limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map((item: { id: string }) => item.id));
      cursor = body.next;
    } while (cursor);
    expect(seen).toEqual([...(await rosterOf(floor.db.of(floor.orgId), floor.orgId)).people.keys()].sort());
    expect((await api('GET', '/api/v1/sites?limit=1')).body).toMatchObject({ items: [{ id: 'main' }] });
    for (const query of ['limit=0', 'limit=501', 'cursor=bm9wZQ', 'after=x'])
      expect((await api('GET', `/api/v1/sites?${query}`)).status, query).toBe(400);
  });

  it('read their own writes by position', async () => {
    const { body } = await api('PUT', '/api/v1/sites', [{ id: 'late', name: 'Late', timeZone: 'UTC' }]);
    const reading = api('GET', `/api/v1/sites?after=${body.position}`);
    // another database of this server may hold the log's readers back for a moment
    while ((await flowPosition(floor.db.of(floor.orgId), floor.orgId)) < Number(body.position)) await floor.settle();
    const answer = await reading;
    expect(answer.status).toBe(200);
    expect(Number(answer.body.position)).toBeGreaterThanOrEqual(Number(body.position));
  });

  it('show to each what is theirs', async () => {
    const rita = await floor.signedIn('rita', ['supervisor'], 'blue');
    const agent = await floor.signedIn('amy', ['agent'], 'red');
    const executive = await floor.signedIn('ed', ['executive'], 'blue');
    const hers = (await rita('GET', '/api/v1/people?limit=500')).body.items;
    expect(
      hers.filter((item: { team: string; id: string }) => item.team !== 'red').map((item: { id: string }) => item.id),
    ).toEqual(['rita']);
    expect(hers.length).toBeGreaterThan(3);
    expect(hers[0]).not.toHaveProperty('email');
    expect(hers[0]).not.toHaveProperty('identities');
    expect((await executive('GET', '/api/v1/people?limit=500')).body.items.length).toBeGreaterThan(hers.length);
    expect((await agent('GET', '/api/v1/people')).status).toBe(403);
    expect((await agent('GET', '/api/v1/people/amy')).status).toBe(200);
    expect((await agent('GET', '/api/v1/people/ana')).status).toBe(403);
    expect((await rita('GET', '/api/v1/people/mover')).status).toBe(403);
    expect((await rita('PUT', '/api/v1/people', [])).status).toBe(403);
    expect((await agent('GET', '/api/v1/unmapped')).status).toBe(403);
    expect((await floor.as({})('GET', '/api/v1/people')).status).toBe(401);
  });
});
