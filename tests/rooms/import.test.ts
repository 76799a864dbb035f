import { existsSync, readFileSync } from 'node:fs';
import { appendFile, chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Options, readOptions } from '../../server/ingest/import/options.ts';
import type { Progress } from '../../server/ingest/import/progress.ts';
import { cellOf } from '../../server/ingest/import/rejects.ts';
import { runImport } from '../../server/ingest/import/run.ts';
import { partyName } from '../../server/log/party-store.ts';
import { personId } from '../../server/people/agent-commands.ts';
import { type DoorWorld, newDoor } from '../door.ts';

let world: DoorWorld;
let url: string;
let key: string;
let folder: string;
let said: string[];
beforeEach(async () => {
  world = await newDoor({ now: Date.now() });
  url = await world.app.listen({ port: 0, host: '127.0.0.1' });
  key = await world.key();
  folder = await mkdtemp(path.join(os.tmpdir(), 'floorlight-import-'));
  said = [];
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const progress = (): Progress => ({ show: () => {}, say: (text) => void said.push(text), end: () => {} });
const run = (args: string[], stop = new AbortController().signal) =>
  runImport(readOptions(args, { API_KEY: key, FLOORLIGHT_URL: url }), progress(), stop);
const get = async (route: string) =>
  (await world.app.inject({ method: 'GET', url: route, headers: { authorization: `Bearer ${key}` } })).json();

const MAPPING = {
  name: 'calls',
  delimiter: ';',
  zone: 'Europe/Berlin',
  skip: [{ when: [{ column: 'kind', is: ['test'] }], reason: 'a test call' }],
  common: {
    queue: { constant: 'sales' },
    interactionId: { column: 'id' },
    offeredAt: { stamp: { at: 'at', format: 'dd.MM.yyyy HH:mm' } },
    endedAt: { stamp: { at: 'at', format: 'dd.MM.yyyy HH:mm' } },
  },
  events: [
    {
      type: 'interaction.ended',
      id: { columns: ['id'] },
      data: { outcome: { constant: 'handled' }, agent: { column: 'who' }, talkMs: { duration: 'talk', unit: 'mm:ss' } },
    },
    {
      when: [{ column: 'stars', blank: false }],
      type: 'survey.answered',
      id: { columns: ['id'], prefix: 'csat' },
      time: { stamp: { at: 'at', format: 'dd.MM.yyyy HH:mm' } },
      data: {
        kind: { constant: 'csat' },
        score: { number: 'stars' },
        scaleMin: { constant: 1 },
        scaleMax: { constant: 5 },
      },
    },
  ],
};
const CALLS = [
  'id;kind;at;who;talk;stars',
  '1;;02.03.2026 10:00;Ana López;02:30;',
  '2;test;02.03.2026 10:01;Bo;00:30;',
  '3;;02.03.2026 10:02;Bo;99:61;',
  '4;;02.03.2026 10:03;Bo;01:00;5',
  '5;;02.03.2026 10:04;Bo;01:00;9',
  '"=6;;02.03.2026 10:04;"x;y',
  '7;;02.03.2026 10:05;NONE;01:00;',
  '8;too;few',
];
async function files(rows = CALLS): Promise<{ file: string; mapping: string }> {
  const file = path.join(folder, 'calls.csv');
  const mapping = path.join(folder, 'mapping.json');
  await writeFile(file, `\ufeff${rows.join('\r\n')}\r\n`);
  await writeFile(mapping, JSON.stringify(MAPPING));
  return { file, mapping };
}

describe('importing a delimited file', () => {
  it('counts every row once, writes the refused ones down, and takes nothing twice', async () => {
    const { file, mapping } = await files();
    const first = await run([file, '--source', 'crm', '--mapping', mapping]);
    expect(first).toEqual({
      read: 8,
      accepted: 3,
      duplicates: 0,
      rejected: 4,
      skipped: 1,
      rejectsFile: `${file}.1.rejects.tsv`,
      position: expect.stringMatching(/^\d+$/),
    });
    const rejects = await readFile(String(first.rejectsFile), 'utf8');
    expect(rejects).toMatch(/^line\treason\trow\n/);
    expect(rejects).toMatch(/^4\t[^\n]*talk: ""99:61""/m);
    expect(rejects).toMatch(/^6\tdata_invalid: data\.score/m);
    expect(rejects).toMatch(/^9\t[^\n]*3 columns/m);
    expect(said.join()).toMatch(/2 agents of crm belong to nobody.*Ana López/);
    const second = await run([file, '--source', 'crm', '--mapping', mapping]);
    expect(second).toMatchObject({
      read: 8,
      accepted: 0,
      duplicates: 3,
      rejected: 4,
      skipped: 1,
      rejectsFile: `${file}.2.rejects.tsv`,
    });
    expect((await get('/api/v1/sources')).items).toEqual([expect.objectContaining({ name: 'crm', accepted: 5 })]);
  });

  it('makes people of agents when asked, each once, and keeps those who are there', async () => {
    const { file, mapping } = await files();
    const args = [file, '--source', 'crm', '--mapping', mapping, '--create-people'];
    await run(args);
    const { items } = await get('/api/v1/people');
    expect(items.map((p: Record<string, unknown>) => [p.id, p.name, p.roles, p.team])).toEqual([
      [personId('Ana López'), 'Ana López', ['agent'], 'unassigned'],
      ['Bo', 'Bo', ['agent'], 'unassigned'],
    ]);
    expect((await get('/api/v1/teams')).items).toEqual([expect.objectContaining({ id: 'unassigned', site: 'main' })]);
    expect((await get('/api/v1/unmapped')).items).toEqual([]);
    await run(args);
    await run([file, '--source', 'other', ...args.slice(3)]);
    const bo = await get('/api/v1/people/Bo');
    expect(bo.identities.map((i: { source: string }) => i.source).sort()).toEqual(['crm', 'other']);
    expect((await get('/api/v1/people')).items).toHaveLength(2);
  });

  it('sends nothing in a dry run, and needs no server for it', async () => {
    const { file, mapping } = await files();
    const options: Options = {
      ...readOptions([file, '--source', 'crm', '--mapping', mapping, '--dry-run'], {}),
      url: 'http://127.0.0.1:1',
    };
    const report = await runImport(options, progress(), new AbortController().signal);
    expect(report).toMatchObject({ read: 8, accepted: 3, duplicates: 0, rejected: 4, skipped: 1, position: null });
    expect((await get('/api/v1/sources')).items).toEqual([]);
  });

  it('sends many rows in several calls and loses none', async () => {
    const rows = Array.from({ length: 3_500 }, (_, n) => `n${n};;02.03.2026 10:00;Bo;00:30;`);
    const { file, mapping } = await files([CALLS[0] ?? '', ...rows]);
    expect(await run([file, '--source', 'crm', '--mapping', mapping])).toMatchObject({ read: 3_500, accepted: 3_500 });
    expect((await get('/api/v1/sources')).items[0].accepted).toBe(3_500);
  });

  it('tries again when the server is too busy, and sends nothing twice', async () => {
    const { file, mapping } = await files();
    let refusals = 2;
    const submit = world.log.submit;
    world.log.submit = async (...given) => {
      const done = await submit(...given);
      // the first answers are lost although their events are kept
      if (refusals-- > 0) throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' });
      return done;
    };
    const report = await run([file, '--source', 'crm', '--mapping', mapping]);
    expect(report).toMatchObject({ read: 8, accepted: 0, duplicates: 3 });
    expect((await get('/api/v1/sources')).items[0].accepted).toBe(5);
  });

  it.skipIf(process.getuid?.() === 0)(
    'writes refused rows elsewhere when the folder of the file takes none',
    async () => {
      const { file, mapping } = await files();
      await chmod(folder, 0o500);
      const report = await run([file, '--source', 'crm', '--mapping', mapping]);
      await chmod(folder, 0o700);
      expect(report.rejectsFile && existsSync(report.rejectsFile)).toBe(true);
      await rm(String(report.rejectsFile));
    },
  );

  it.each([
    [['nofile.csv', '--source', 'x', '--mapping', 'M'], /nofile\.csv cannot be read/],
    [['F', '--source', 'x', '--mapping', 'nomapping.json'], /nomapping\.json cannot be read/],
    [['F', '--source', 'x', '--mapping', 'F'], /is not JSON/],
    [['F', '--mapping', 'M'], /--source NAME/],
    [['F', '--source', 'x'], /--format queue_log or --mapping/],
    [['F', '--source', 'x', '--format', 'avaya'], /no format "avaya"/],
    [['F', '--source', 'x', '--mapping', 'M', '--zone', 'Mars'], /"Mars" is no time zone/],
    [['F', '--source', 'x', '--mapping', 'M', '--follow'], /queue_log only/],
    [['F', '--source', 'x', '--mapping', 'M', '--speed', '9'], /speed/],
  ])('says plainly what is wrong with %j', async (args, message) => {
    const { file, mapping } = await files();
    const given = args.map((arg) => ({ F: file, M: mapping })[arg] ?? arg);
    await expect((async () => run(given))()).rejects.toThrow(message);
  });

  it('says plainly when the server or the key is not there', async () => {
    const { file, mapping } = await files();
    const args = [file, '--source', 'x', '--mapping', mapping];
    expect(() => readOptions(args, {})).toThrow(/API_KEY/);
    const gone = readOptions(args, { API_KEY: key, FLOORLIGHT_URL: 'http://127.0.0.1:1' });
    await expect(runImport(gone, progress(), new AbortController().signal)).rejects.toThrow(/not reachable/);
    const stranger = readOptions(args, { API_KEY: 'k'.repeat(40), FLOORLIGHT_URL: url });
    await expect(runImport(stranger, progress(), new AbortController().signal)).rejects.toThrow(
      /does not know this API_KEY/,
    );
  });
});

describe('following a queue log', () => {
  const T = Math.floor(Date.now() / 1000) - 3_600;
  const call = (n: number) => [
    `${T + n}|c.${n}|s|NONE|ENTERQUEUE||1|1`,
    `${T + n + 5}|c.${n}|s|P/1|CONNECT|5|u|2`,
    `${T + n + 9}|c.${n}|s|P/1|COMPLETEAGENT|5|4|1`,
  ];
  const accepted = async (wanted: number) => {
    // the follower is another party: its work shows in the source's count
    await expect
      .poll(async () => (await get('/api/v1/sources')).items[0]?.accepted ?? 0, { timeout: 10_000, interval: 50 })
      .toBe(wanted);
  };

  it('goes on through rotation and after a stop, without a gap or a double', async () => {
    const file = path.join(folder, 'queue_log');
    const args = [
      file,
      '--source',
      'pbx',
      '--format',
      'queue_log',
      '--follow',
      '--state',
      path.join(folder, 'mark.json'),
    ];
    await writeFile(file, `${call(1).join('\n')}\n${call(20)[0]}\nbroken\n`);
    const first = new AbortController();
    const running = run(args, first.signal);
    await accepted(1);
    await appendFile(file, `${call(20)[1]}\n${call(20)[2]?.slice(0, 20)}`);
    await appendFile(file, `${call(20)[2]?.slice(20)}\n${call(40)[0]}\n`);
    await accepted(2);
    await rename(file, `${file}.1`);
    await writeFile(file, `${call(40).slice(1).join('\n')}\n${call(60)[0]}\n`);
    await accepted(3);
    first.abort();
    expect(await running).toMatchObject({ read: 11, accepted: 3, duplicates: 0, rejected: 1, skipped: 7 });
    await appendFile(file, `${call(60)[1]}\n`);
    await rename(file, `${file}.1`);
    await writeFile(file, `${call(60)[2]}\n`);
    const second = new AbortController();
    const again = run(args, second.signal);
    await accepted(4);
    second.abort();
    expect(await again).toMatchObject({ read: 2, accepted: 1, duplicates: 0, rejected: 0 });
  });

  it('refuses what was lost in another encoding, as an upload does', async () => {
    const file = path.join(folder, 'queue_log');
    const lost = call(1).map((line) => line.replaceAll('P/1', 'Jürgen'));
    await writeFile(file, Buffer.from(`${[...lost, ...call(20)].join('\n')}\n`, 'latin1'));
    const stop = new AbortController();
    const args = [
      file,
      '--source',
      'pbx',
      '--format',
      'queue_log',
      '--follow',
      '--state',
      path.join(folder, 'mark.json'),
    ];
    const running = run(args, stop.signal);
    await accepted(1);
    stop.abort();
    expect(await running).toMatchObject({ read: 6, accepted: 1, rejected: 1 });
  });

  it('reads a whole file at once, and again without effect', async () => {
    const file = path.join(folder, 'queue_log');
    await writeFile(file, [...call(1), ...call(2)].join('\n'));
    const args = [file, '--source', 'pbx', '--format', 'queue_log'];
    expect(await run(args)).toMatchObject({ read: 6, accepted: 2, skipped: 4 });
    expect(await run(args)).toMatchObject({ read: 6, accepted: 0, duplicates: 2, skipped: 4 });
  });
});

it('guards cells against being taken for formulas', () => {
  expect(['=1+1', '+1', '-1', '@a', 'a\tb', 'a"b', 'plain'].map(cellOf)).toEqual([
    "'=1+1",
    "'+1",
    "'-1",
    "'@a",
    '"a\tb"',
    '"a""b"',
    'plain',
  ]);
});

it('makes ids that the contract takes, different ones for different agents', () => {
  expect(personId('MICHAL')).toBe('MICHAL');
  const ids = ['Ana López', 'Ana_López', 'PJSIP/201', 'PJSIP-201', '日本', '中国', 'x'.repeat(200)].map(personId);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  expect(new Set(ids).size).toBe(ids.length);
});

const samples = process.env.FLOORLIGHT_SAMPLES;
describe.skipIf(!samples)("the bank's January", () => {
  it('gives exactly the published figures, once', { timeout: 180_000 }, async () => {
    const file = path.join(String(samples), 'anonymous_bank_1999_01.tsv');
    const answers = JSON.parse(readFileSync(path.join(String(samples), 'answers/anonymous_bank_1999_01.json'), 'utf8'));
    const args = [
      file,
      '--source',
      'bank',
      '--mapping',
      'server/ingest/mappings/anonymous-bank.json',
      '--create-people',
    ];
    expect(await run(args)).toMatchObject({
      read: 31_599,
      accepted: 31_359,
      duplicates: 0,
      rejected: 0,
      skipped: 240,
      rejectsFile: null,
    });
    const rows = await world.every.rows<{ agent: number | null; handled: number; talk: number }>(
      `select agent, count(*)::int as handled, sum((data->>'talkMs')::bigint)::bigint as talk from events
       where org_id = $1 and source = 'bank' and data->>'outcome' = 'handled' group by agent`,
      [world.orgId],
    );
    const agents: Record<string, unknown> = {};
    for (const { agent, handled, talk } of rows)
      if (agent !== null)
        agents[(await partyName(world.db.of(world.orgId), world.orgId, agent))?.name ?? ''] = { handled, talk };
    const expected = Object.entries<{ handled: number; talk_s: number }>(answers.agents);
    expect(agents).toEqual(
      Object.fromEntries(expected.map(([name, a]) => [name, { handled: a.handled, talk: a.talk_s * 1000 }])),
    );
    expect(rows.find((row) => row.agent === null)?.handled).toBe(490);
    expect(await run(args)).toMatchObject({ read: 31_599, accepted: 0, duplicates: 31_359, skipped: 240 });
  });
});
