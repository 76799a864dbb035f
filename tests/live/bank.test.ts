// The bank's January through the shipped mapping, with a board of January 1999 open while it comes in.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { merge } from '../../src/lib/live/merge.ts';
import { KEY, newHouse, type Open } from '../open-house.ts';

const samples = process.env.FLOORLIGHT_SAMPLES ?? '';
const file = path.join(samples, 'anonymous_bank_1999_01.tsv');
const answers = path.join(samples, 'answers/anonymous_bank_1999_01.json');

describe.skipIf(!samples || !existsSync(file))('the bank in January 1999 (FLOORLIGHT_SAMPLES)', () => {
  let house: Open;
  beforeAll(async () => {
    house = await newHouse({ env: { TIME_ZONE: 'Asia/Jerusalem' } });
  });
  afterAll(() => house?.shut());

  it('moves an open board while it comes in, holds back who shortens calls, and celebrates nobody', {
    timeout: 240_000,
  }, async () => {
    const topic = 'board:aht:month@1999-01-15';
    const socket = await house.socket();
    const first = await socket.emitWithAck('subscribe', { topic });
    expect(first).toMatchObject({ ok: true, snapshot: { entries: [] } });
    let state = first.snapshot;
    let moves = 0;
    socket.on('topic', (message) => {
      if (message.topic !== topic) return;
      state = message.snapshot ?? merge(state, message.delta);
      moves++;
    });
    const report = await importBank(house.url);
    expect(report).toMatchObject({ read: 31_599, duplicates: 0, rejected: 0 });
    expect(moves).toBeGreaterThanOrEqual(2);
    expect(state.entries.length).toBeGreaterThan(0);

    const { body } = await house.surely(
      'GET',
      `/api/v1/boards/aht?window=month&at=1999-01-15&after=${report.position}`,
    );
    const expected = JSON.parse(readFileSync(answers, 'utf8')).agents as Record<
      string,
      { handled: number; talk_s: number }
    >;
    expect(body.entries).toHaveLength(28);
    for (const entry of body.entries as Row[]) {
      const agent = expected[entry.name] as { handled: number; talk_s: number };
      expect([entry.sample, entry.value]).toEqual([
        agent.handled,
        Math.round(((agent.talk_s * 1000) / agent.handled) * 1e6) / 1e6,
      ]);
    }
    const held = (body.entries as Row[]).filter((entry) => entry.held);
    expect(held.map((entry) => entry.name).sort()).toEqual(['ANAT', 'MIKI', 'MORIAH']);
    for (const entry of held) expect(entry).toMatchObject({ rank: null, held: { guard: 'short_share', bound: 0.05 } });
    const few = (body.entries as Row[]).filter((entry) => ['DAVID', 'EXPRESS'].includes(entry.name));
    expect(few.map((entry) => [entry.provisional, entry.rank])).toEqual([
      [true, null],
      [true, null],
    ]);
    expect((await importBank(house.url)).accepted).toBe(0);
  });
});

type Row = {
  name: string;
  rank: number | null;
  value: number;
  sample: number;
  provisional: boolean;
  held: { guard: string } | null;
};
type Report = { read: number; accepted: number; duplicates: number; rejected: number; position: string };

function importBank(url: string): Promise<Report> {
  const mapping = 'server/ingest/mappings/anonymous-bank.json';
  const child = spawn(
    process.execPath,
    ['server/import.ts', file, '--source', 'bank', '--mapping', mapping, '--create-people'],
    {
      env: {
        ...process.env,
        FLOORLIGHT_URL: url,
        API_KEY: KEY,
        FLOORLIGHT_CWD: process.cwd(),
        TMPDIR: mkdtempSync(path.join(tmpdir(), 'fl-bank-')),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let out = '';
  let told = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (told += chunk));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) =>
      code === 0 ? resolve(JSON.parse(out.trim().split('\n').at(-1) as string)) : reject(new Error(told)),
    );
  });
}
