import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '#contract/limits.ts';
import { type DoorWorld, newDoor } from '../door.ts';
import { wholeLog } from '../world.ts';

let world: DoorWorld;
let key: string;
beforeEach(async () => {
  world = await newDoor({ now: Date.parse('2026-03-11T12:00:00Z') });
  key = await world.key();
});
afterEach(() => world.close());

const MAPPING = {
  name: 'calls',
  delimiter: ';',
  zone: 'Europe/Berlin',
  skip: [{ when: [{ column: 'who', is: ['test'] }], reason: 'a test call' }],
  events: [
    {
      type: 'interaction.ended',
      id: { columns: ['id'] },
      data: {
        interactionId: { column: 'id' },
        queue: { constant: 'sales' },
        offeredAt: { stamp: { at: 'at', format: 'dd.MM.yyyy HH:mm' } },
        endedAt: { stamp: { at: 'at', format: 'dd.MM.yyyy HH:mm' } },
        outcome: { constant: 'handled' },
        agent: { column: 'who' },
        talkMs: { duration: 'talk', unit: 'mm:ss' },
      },
    },
  ],
};
const FILE = `id;at;who;talk
1;11.03.2026 09:00;ana;03:20
2;11.03.2026 09:05;bo;02:10
3;yesterday;bo;02:10
4;11.03.2026 09:07;test;00:01
1;11.03.2026 09:00;ana;03:20
`;

type Form = { how?: unknown; file?: string | Buffer; name?: string; field?: string; fileFirst?: boolean };

async function send({ how, file, name = 'calls.csv', field = 'file', fileFirst = false }: Form, as = key) {
  const line = '--edge\r\n';
  const told =
    how === undefined
      ? ''
      : `${line}content-disposition: form-data; name="how"\r\n\r\n${typeof how === 'string' ? how : JSON.stringify(how)}\r\n`;
  const head = `${line}content-disposition: form-data; name="${field}"; filename="${name}"\r\ncontent-type: text/csv\r\n\r\n`;
  const given = file === undefined ? [] : [Buffer.from(head), Buffer.from(file), Buffer.from('\r\n')];
  const parts = fileFirst ? [...given, Buffer.from(told)] : [Buffer.from(told), ...given];
  const answer = await world.app.inject({
    method: 'POST',
    url: '/api/v1/imports',
    headers: { authorization: `Bearer ${as}`, 'content-type': 'multipart/form-data; boundary=edge' },
    payload: Buffer.concat([...parts, Buffer.from('--edge--\r\n')]),
  });
  return { status: answer.statusCode, body: answer.json() };
}

const how = (more: object = {}) => ({ source: 'crm', format: 'mapping', mapping: MAPPING, ...more });
const calls = async () =>
  (await wholeLog(world.db, world.orgId)).filter(({ type }) => type === 'interaction.ended').map(({ id }) => id);

describe('an uploaded file', () => {
  it('comes in row by row, and says what became of each', async () => {
    const { status, body } = await send({ how: how(), file: FILE });
    expect(status).toBe(200);
    expect(body).toMatchObject({ dryRun: false, read: 5, accepted: 2, duplicates: 1, rejected: 1, skipped: 1 });
    expect(body.refused).toEqual([
      { line: 4, reason: expect.stringContaining('yesterday'), row: '3;yesterday;bo;02:10' },
    ]);
    expect(body.position).toMatch(/^\d+$/);
    expect(await calls()).toEqual(['1', '2']);
  });

  it('sent again is a file of duplicates', async () => {
    await send({ how: how(), file: FILE });
    expect((await send({ how: how(), file: FILE })).body).toMatchObject({ accepted: 0, duplicates: 3, rejected: 1 });
    expect(await calls()).toHaveLength(2);
  });

  it('of a queue log, in a zone', async () => {
    const log = `1773219600|c1|sales|NONE|ENTERQUEUE||030|1
1773219605|c1|sales|SIP/7|CONNECT|5|c1.1|2
1773219665|c1|sales|SIP/7|COMPLETECALLER|5|60|1
nonsense
`;
    const { body } = await send({ how: { source: 'pbx', format: 'queue_log' }, file: log });
    expect(body).toMatchObject({ read: 4, rejected: 1 });
    expect((await calls()).length).toBe(1);
    expect(body.agents).toEqual({ named: 1, unknown: ['SIP/7'] });
  });

  it('names the agents that belong to nobody', async () => {
    const write = (url: string, payload: object) =>
      world.app.inject({ method: 'PUT', url, headers: { authorization: `Bearer ${key}` }, payload });
    const { items } = (
      await world.app.inject({ url: '/api/v1/sites', headers: { authorization: `Bearer ${key}` } })
    ).json();
    await write('/api/v1/teams', [{ id: 'red', name: 'Red', site: items[0].id }]);
    const identities = [{ source: 'crm', agent: 'ana' }];
    await write('/api/v1/people', [{ id: 'ana', name: 'Ana', roles: ['agent'], team: 'red', identities }]);
    expect((await send({ how: how(), file: FILE })).body.agents).toEqual({ named: 2, unknown: ['bo'] });
  });
});

describe('a dry run', () => {
  it('does not take a row for known because a refused one had its id', async () => {
    const file = 'id;at;who;talk\n3;11.03.1980 09:00;bo;01:00\n3;11.03.2026 09:20;bo;01:00\n';
    const told = { read: 2, accepted: 1, duplicates: 0, rejected: 1 };
    expect((await send({ how: how({ dryRun: true }), file })).body).toMatchObject(told);
    expect((await send({ how: how(), file })).body).toMatchObject(told);
  });

  it('says the same and keeps nothing', async () => {
    const { body } = await send({ how: how({ dryRun: true }), file: FILE });
    expect(body).toMatchObject({
      dryRun: true,
      read: 5,
      accepted: 2,
      duplicates: 1,
      rejected: 1,
      skipped: 1,
      position: null,
      agents: { named: 2, unknown: ['ana', 'bo'] },
    });
    expect(body.sample[0]).toMatchObject({
      line: 2,
      row: '1;11.03.2026 09:00;ana;03:20',
      events: [{ type: 'interaction.ended', data: { agent: 'ana', queue: 'sales', talkMs: 200_000 } }],
    });
    expect(await calls()).toEqual([]);
  });

  it('knows what is in already', async () => {
    await send({ how: how(), file: FILE });
    expect((await send({ how: how({ dryRun: true }), file: FILE })).body).toMatchObject({ accepted: 0, duplicates: 3 });
  });
});

describe('what is refused as a whole', () => {
  it.each([
    ['no file', { how: how() }, 400],
    ['no word how', { file: FILE }, 400],
    ['how after the file', { how: how(), file: FILE, fileFirst: true }, 400],
    ['how that is no JSON', { how: '{', file: FILE }, 400],
    ['an unknown key', { how: how({ more: 1 }), file: FILE }, 400],
    ['no source', { how: { ...how(), source: '' }, file: FILE }, 400],
    ['an unknown zone', { how: how({ zone: 'Mars/Base' }), file: FILE }, 400],
    ['a mapping of another shape', { how: how({ mapping: { name: 'x' } }), file: FILE }, 400],
    ['a mapping of other columns', { how: how(), file: 'a;b\n1;2\n' }, 400],
    ['a mapping by a path', { how: how({ mapping: '../../../../etc/passwd' }), file: FILE }, 404],
    ['a mapping with a queue log', { how: how({ format: 'queue_log' }), file: FILE }, 400],
    ['another field', { how: how(), file: FILE, field: 'other' }, 400],
  ])('%s', async (_, form, status) => {
    const answer = await send(form);
    expect(answer).toMatchObject({ status, body: { code: expect.any(String), detail: expect.any(String) } });
    expect(await calls()).toEqual([]);
  });

  it('a form that breaks off', async () => {
    const told = `--edge\r\ncontent-disposition: form-data; name="how"\r\n\r\n${JSON.stringify(how())}\r\n`;
    const begun = `--edge\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${FILE}`;
    const answer = await world.app.inject({
      method: 'POST',
      url: '/api/v1/imports',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'multipart/form-data; boundary=edge' },
      payload: told + begun,
    });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'unreadable']);
  });

  it('another content type, and whoever may not send events', async () => {
    const answer = await world.app.inject({
      method: 'POST',
      url: '/api/v1/imports',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      payload: '{}',
    });
    expect(answer.statusCode).toBe(415);
    expect((await send({ how: how(), file: FILE }, await world.key('read'))).status).toBe(403);
    expect((await send({ how: how(), file: FILE }, 'nobody')).status).toBe(401);
  });
});

describe('hostile files', () => {
  it('of bytes that are no text are refused row by row', async () => {
    const junk = Buffer.concat([Buffer.from('id;at;who;talk\n'), Buffer.from([0, 255, 254, 10, 200, 0, 59, 10, 1, 2])]);
    const { status, body } = await send({ how: how(), file: junk });
    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 0, rejected: body.read });
  });

  it('in another encoding than the mapping says are refused where an event would take the damage over', async () => {
    const latin = Buffer.from(FILE.replace('bo;02:10', 'Jos\u00e9;02:10'), 'latin1');
    const { body } = await send({ how: how(), file: latin });
    expect(body).toMatchObject({ accepted: 1, rejected: 2 });
    expect(body.refused[0]).toMatchObject({ line: 3, reason: expect.stringContaining('encoding') });
    const told = { ...MAPPING, encoding: 'windows-1252' };
    const { body: read } = await send({ how: how({ mapping: told, dryRun: true }), file: latin });
    expect(read.sample[1].events[0].data.agent).toBe('Jos\u00e9');
  });

  it('above the limit are refused before a byte of them is read', async () => {
    const answer = await world.app.inject({
      method: 'POST',
      url: '/api/v1/imports',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'multipart/form-data; boundary=edge',
        'content-length': String(LIMITS.bytesPerFile + 1_000_000),
      },
      payload: '--edge--\r\n',
    });
    expect([answer.statusCode, answer.json().code]).toEqual([413, 'too_large']);
    expect(answer.json().detail).toContain(String(LIMITS.bytesPerFile));
  });

  it('without an end of line do not fill the memory', async () => {
    const { body } = await send({ how: how(), file: `id;at;who;talk\n${'x'.repeat(5_000_000)}` });
    expect(body).toMatchObject({ accepted: 0, rejected: body.read });
    expect(body.refused[0].row.length).toBeLessThanOrEqual(500);
  });

  it.each(['../../../etc/passwd', '=cmd.csv', 'a\u0000b.csv', 'CON', `${'n'.repeat(5_000)}.csv`])(
    'may be called what they like: %s',
    async (name) => {
      expect((await send({ how: how({ dryRun: true }), file: FILE, name })).body).toMatchObject({ accepted: 2 });
    },
  );

  it('with a byte order mark say their encoding themselves', async () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(FILE.replace('ana', 'Zoë'), 'utf16le')]);
    const { body } = await send({ how: how({ dryRun: true }), file: utf16 });
    expect(body.sample[0].events[0].data.agent).toBe('Zoë');
  });
});

describe('shipped mappings', () => {
  it('are listed, and used by their name', async () => {
    const answer = await world.app.inject({ url: '/api/v1/mappings', headers: { authorization: `Bearer ${key}` } });
    expect(answer.json().items).toContainEqual({ name: 'anonymous-bank', description: expect.any(String) });
    const { body } = await send({ how: how({ mapping: 'anonymous-bank' }), file: FILE });
    expect(body).toMatchObject({ status: 400, code: 'mapping_invalid' });
  });
});
