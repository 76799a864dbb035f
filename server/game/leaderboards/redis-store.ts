import type { Redis } from 'ioredis';
import { key } from '#server/foundation/redis.ts';
import { type Line, mayRank, memberOf } from './rules.ts';

/** One board in one window and scope, as Redis keeps it. */
export type KeptBoard = { orgId: number; board: string; scope: string; from: number };
export type KeptLine = Omit<Line, 'interval'> & { position: number };

/** A line as it is kept: field by field, as it is done for every event. */
export const keptOf = (
  { subject, merit, value, scored, sample, lastAt, provisional, held }: Line,
  position: number,
): KeptLine => ({ subject, merit, value, scored, sample, lastAt, provisional, held, position });

export type KeptRow = { rank: number | null; line: KeptLine; betterScored: number | null; before: number | null };
export type KeptPage = { position: number; total: number; rows: KeptRow[] };

// A row's value begins with what its member in the sorted set begins with, so that one hash leads to both.
const PAGE = `
local ranked, unranked, rows, ranked0, rows0 = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local from, count, me = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local function member(value, subject) return value and string.sub(value, 1, 27) .. subject end
local function rankIn(set, score) return redis.call('ZCOUNT', set, '-inf', '(' .. score) + 1 end
local size, rest = redis.call('ZCARD', ranked), redis.call('ZCARD', unranked)
local position = redis.call('GET', KEYS[6])
if me ~= '' then
  local mine = member(redis.call('HGET', rows, me), me)
  if not mine then return { position, size + rest, false, {} } end
  local at = redis.call('ZRANK', ranked, mine)
  if not at then at = size + redis.call('ZRANK', unranked, mine) end
  from = math.max(0, at - math.floor(count / 2))
end
local scored = redis.call('ZRANGE', ranked, from, from + count - 1, 'WITHSCORES')
local found, ranks, rank, better = {}, {}, false, false
for i = 1, #scored, 2 do
  local score = scored[i + 1]
  if i == 1 then
    rank = rankIn(ranked, score)
    local above = redis.call('ZREVRANGEBYSCORE', ranked, '(' .. score, '-inf', 'LIMIT', 0, 1)[1]
    better = above and redis.call('HGET', rows, string.sub(above, 28)) or false
  elseif score ~= scored[i - 1] then
    rank = from + (i + 1) / 2
  end
  found[#found + 1] = string.sub(scored[i], 28)
  ranks[#found] = rank
end
local left = count - #found
if left > 0 then
  local skip = math.max(0, from - size)
  for _, name in ipairs(redis.call('ZRANGE', unranked, skip, skip + left - 1)) do
    found[#found + 1] = string.sub(name, 28)
    ranks[#found] = false
  end
end
if #found == 0 then return { position, size + rest, false, {} } end
local now, before, page = redis.call('HMGET', rows, unpack(found)), redis.call('HMGET', rows0, unpack(found)), {}
for i, subject in ipairs(found) do
  local then_ = before[i] and redis.call('ZSCORE', ranked0, member(before[i], subject))
  page[i] = { subject, ranks[i], now[i], then_ and rankIn(ranked0, then_) or false }
end
return { position, size + rest, better, page }`;

type RawRow = [subject: string, rank: number | null, value: string | null, before: number | null];
type Raw = [position: string | null, total: number, better: string | null, rows: RawRow[]];
type WithPage = Redis & { boardPage(...args: (string | number)[]): Promise<Raw> };

/**
 * Rows of a kept board in one round trip: from a place on, or around a subject.
 * @returns null when Redis does not hold the organisation's boards (emptied, or behind)
 */
export async function readPage(
  redis: Redis,
  at: KeptBoard & { before: number },
  page: { from: number; count: number; around?: string },
): Promise<KeptPage | null> {
  const scripted = redis as WithPage;
  if (!scripted.boardPage) redis.defineCommand('boardPage', { numberOfKeys: 6, lua: PAGE });
  const now = keysOf(at);
  const then = keysOf({ ...at, from: at.before });
  const [position, total, better, rows] = await scripted.boardPage(
    now.ranked,
    now.unranked,
    now.rows,
    then.ranked,
    then.rows,
    now.position,
    page.from,
    page.count,
    page.around ?? '',
  );
  if (position === null) return null;
  return { position: Number(position), total, rows: rowsOf(rows, better === null ? null : lineOf('', better).scored) };
}

/**
 * Writes lines in absolute values: where they stand now, and away from where they stood; with the position that the board
 * now reflects, all at once. Where the line is null, the subject leaves the board.
 */
export async function writeLines(
  redis: Redis,
  at: KeptBoard & { position: number },
  lines: readonly { line: KeptLine | null; was: KeptLine | null }[],
): Promise<void> {
  const { ranked, unranked, rows, position } = keysOf(at);
  const gone = { [ranked]: [] as string[], [unranked]: [] as string[] };
  const come = { [ranked]: [] as (string | number)[], [unranked]: [] as (string | number)[] };
  const written: string[] = [];
  const dropped: string[] = [];
  for (const { line, was } of lines) {
    const set = line && (isRanked(line) ? ranked : unranked);
    const member = line && memberOf(line);
    if (was) {
      const setBefore = isRanked(was) ? ranked : unranked;
      const memberBefore = memberOf(was);
      if (memberBefore !== member || setBefore !== set) gone[setBefore]?.push(memberBefore);
    }
    if (!line || !set || !member) {
      if (was) dropped.push(was.subject);
      continue;
    }
    come[set]?.push(line.merit === null ? '+inf' : -line.merit, member);
    written.push(line.subject, textOf(line, member));
  }
  const pipeline = redis.multi();
  for (const [set, names] of Object.entries(gone)) for (const some of inParts(names)) pipeline.zrem(set, ...some);
  for (const [set, pairs] of Object.entries(come)) for (const some of inParts(pairs)) pipeline.zadd(set, ...some);
  for (const some of inParts(dropped)) pipeline.hdel(rows, ...some);
  for (const some of inParts(written)) pipeline.hset(rows, ...some);
  pipeline.set(position, String(at.position));
  for (const name of [ranked, unranked, rows, position]) pipeline.expire(name, KEEP_SECONDS);
  await pipeline.exec();
}

/** Empties a board before it is filled anew. */
export async function clearBoard(redis: Redis, at: KeptBoard): Promise<void> {
  await redis.del(...Object.values(keysOf(at)));
}

/** What the boards of an organisation reflect; null where Redis has lost them, or is being filled. */
export async function readPosition(redis: Redis, orgId: number): Promise<number | null> {
  const text = await redis.get(positionKey(orgId));
  return text === null || text === FILLING ? null : Number(text);
}

/** Begins to fill boards: from here on `movePosition` notices when Redis was emptied meanwhile. */
export async function beginPosition(redis: Redis, orgId: number): Promise<void> {
  await redis.set(positionKey(orgId), FILLING);
}

/** Moves what the boards reflect. False where Redis did not hold what was there before: it was emptied, or is an older one. */
export async function movePosition(
  redis: Redis,
  orgId: number,
  step: { from: number | null; to: number },
): Promise<boolean> {
  const before = await redis.set(positionKey(orgId), String(step.to), 'XX', 'GET');
  return before === (step.from === null ? FILLING : String(step.from));
}

export async function dropPosition(redis: Redis, orgId: number): Promise<void> {
  await redis.del(positionKey(orgId));
}

const FILLING = '-1';
const KEEP_SECONDS = 100 * 86_400;
const positionKey = (orgId: number) => key(orgId, 'boards', 'position');
const isRanked = mayRank;

function keysOf(at: KeptBoard) {
  const part = (name: string) => key(at.orgId, 'board', at.board, at.scope, at.from, name);
  return { ranked: part('ranked'), unranked: part('unranked'), rows: part('rows'), position: part('position') };
}

/** A command takes so many arguments and no more: they stand on the stack. An even number, for pairs. */
const PART = 10_000;

function* inParts<T>(all: readonly T[]): Generator<[T, T]> {
  for (let from = 0; from < all.length; from += PART) yield all.slice(from, from + PART) as [T, T];
}

const ORDER_LENGTH = 27;

function textOf(
  { merit, value, scored, sample, lastAt, provisional, held, position }: KeptLine,
  member: string,
): string {
  return (
    member.slice(0, ORDER_LENGTH) +
    JSON.stringify([merit, value, scored, sample, lastAt, provisional ? 1 : 0, held, position])
  );
}

function lineOf(subject: string, text: string): KeptLine {
  const [merit, value, scored, sample, lastAt, provisional, held, position] = JSON.parse(text.slice(ORDER_LENGTH));
  return { subject, merit, value, scored, sample, lastAt, provisional: provisional === 1, held, position };
}

/** Rows with the value that the next better rank scored: of the last row with another rank, or of the row above the page. */
function rowsOf(raw: readonly RawRow[], above: number | null): KeptRow[] {
  const rows: KeptRow[] = [];
  let better = above;
  for (const [subject, rank, text, before] of raw) {
    if (text === null) continue;
    const last = rows.at(-1);
    if (last && last.rank !== rank) better = last.line.scored;
    rows.push({ rank, line: lineOf(subject, text), betterScored: rank === null ? null : better, before });
  }
  return rows;
}
