import type { Redis } from 'ioredis';
import { key } from '#server/foundation/redis.ts';
import { type Line, mayRank, memberOf } from './rules.ts';

/** One board in one window and scope, as Redis keeps it. */
export type KeptBoard = { orgId: number; board: string; scope: string; from: number };
export type KeptLine = Omit<Line, 'interval'> & { position: number };
export type KeptRow = { rank: number | null; line: KeptLine; betterScored: number | null; before: number | null };
export type KeptPage = { position: number; total: number; rows: KeptRow[] };

const PAGE = `
local ranked, unranked, rows, members, ranked0, members0 = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local function rankIn(set, score) return redis.call('ZCOUNT', set, '-inf', '(' .. score) + 1 end
local function before(subject)
  local member = redis.call('HGET', members0, subject)
  local score = member and redis.call('ZSCORE', ranked0, member)
  return score and rankIn(ranked0, score) or false
end
local function row(member)
  local subject = string.sub(member, 28)
  local line = redis.call('HGET', rows, subject)
  local score = redis.call('ZSCORE', ranked, member)
  if not score then return { false, line, false, before(subject) } end
  local better = redis.call('ZREVRANGEBYSCORE', ranked, '(' .. score, '-inf', 'LIMIT', 0, 1)[1]
  return { rankIn(ranked, score), line, better and redis.call('HGET', rows, string.sub(better, 28)) or false, before(subject) }
end
local size, rest = redis.call('ZCARD', ranked), redis.call('ZCARD', unranked)
local from, count, me = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
if me ~= '' then
  local member = redis.call('HGET', members, me)
  if not member then return { redis.call('GET', KEYS[7]), size + rest, {} } end
  local at = redis.call('ZRANK', ranked, member)
  if not at then at = size + redis.call('ZRANK', unranked, member) end
  from = math.max(0, at - math.floor(count / 2))
end
local found = {}
for _, member in ipairs(redis.call('ZRANGE', ranked, from, from + count - 1)) do found[#found + 1] = row(member) end
local left = count - #found
if left > 0 then
  local skip = math.max(0, from - size)
  for _, member in ipairs(redis.call('ZRANGE', unranked, skip, skip + left - 1)) do found[#found + 1] = row(member) end
end
return { redis.call('GET', KEYS[7]), size + rest, found }`;

type Raw = [string | null, number, [number | null, string | null, string | null, number | null][]];
type WithPage = Redis & { boardPage(...args: (string | number)[]): Promise<Raw> };

/**
 * Rows of a kept board in one round trip: from a place on, or around a subject.
 * @returns null when Redis does not hold the organisation's boards (emptied, or behind)
 */
export async function readPage(redis: Redis, at: KeptBoard & { before: number }, page: { from: number; count: number; around?: string }): Promise<KeptPage | null> {
  const scripted = redis as WithPage;
  if (!scripted.boardPage) redis.defineCommand('boardPage', { numberOfKeys: 7, lua: PAGE });
  const now = keysOf(at);
  const then = keysOf({ ...at, from: at.before });
  const [position, total, rows] = await scripted.boardPage(
    now.ranked, now.unranked, now.rows, now.members, then.ranked, then.members, positionKey(at.orgId), page.from, page.count, page.around ?? '',
  );
  if (position === null) return null;
  return { position: Number(position), total, rows: rows.flatMap(rowOf) };
}

/** Writes lines in absolute values: where they stand now, and away from where they stood. */
export async function writeLines(redis: Redis, at: KeptBoard, lines: readonly { line: KeptLine; was: KeptLine | null }[]): Promise<void> {
  if (lines.length === 0) return;
  const { ranked, unranked, rows, members } = keysOf(at);
  const gone = { [ranked]: [] as string[], [unranked]: [] as string[] };
  const come = { [ranked]: [] as (string | number)[], [unranked]: [] as (string | number)[] };
  const written: string[] = [];
  const named: string[] = [];
  for (const { line, was } of lines) {
    const set = isRanked(line) ? ranked : unranked;
    const member = memberOf(line);
    if (was && (memberOf(was) !== member || isRanked(was) !== isRanked(line))) gone[isRanked(was) ? ranked : unranked]?.push(memberOf(was));
    come[set]?.push(-(line.merit ?? 0), member);
    written.push(line.subject, JSON.stringify(line));
    named.push(line.subject, member);
  }
  const pipeline = redis.multi();
  for (const [set, names] of Object.entries(gone)) if (names.length > 0) pipeline.zrem(set, ...names);
  for (const [set, pairs] of Object.entries(come)) if (pairs.length > 0) pipeline.zadd(set, ...(pairs as [number, string]));
  pipeline.hset(rows, ...(written as [string, string])).hset(members, ...(named as [string, string]));
  for (const name of [ranked, unranked, rows, members]) pipeline.expire(name, KEEP_SECONDS);
  await pipeline.exec();
}

/** Empties a board before it is filled anew. */
export async function clearBoard(redis: Redis, at: KeptBoard): Promise<void> {
  await redis.del(...Object.values(keysOf(at)));
}

/** What the boards of an organisation reflect; null where Redis has lost them. */
export async function readPosition(redis: Redis, orgId: number): Promise<number | null> {
  const text = await redis.get(positionKey(orgId));
  return text === null ? null : Number(text);
}

export async function writePosition(redis: Redis, orgId: number, position: number): Promise<void> {
  await redis.set(positionKey(orgId), String(position));
}

export async function dropPosition(redis: Redis, orgId: number): Promise<void> {
  await redis.del(positionKey(orgId));
}

const KEEP_SECONDS = 100 * 86_400;
const positionKey = (orgId: number) => key(orgId, 'boards', 'position');
const isRanked = (line: KeptLine) => mayRank({ ...line, interval: null });

function keysOf(at: KeptBoard) {
  const part = (name: string) => key(at.orgId, 'board', at.board, at.scope, at.from, name);
  return { ranked: part('ranked'), unranked: part('unranked'), rows: part('rows'), members: part('members') };
}

function rowOf([rank, line, better, before]: Raw[2][number]): KeptRow[] {
  if (line === null) return [];
  return [{ rank, line: JSON.parse(line) as KeptLine, betterScored: better ? (JSON.parse(better) as KeptLine).scored : null, before }];
}
