import { numberArray, textArray } from '#server/foundation/arrays.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { Position } from '#server/log/catalogue.ts';
import type { Transfer } from './rules.ts';

/** What stands in an account. */
export type Balance = { account: string; balance: number };

const BOOK = `
with given as (
  select * from unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[]) as g(id, position, at, kind, cause, person)
), fresh as (
  insert into transfers (org_id, id, position, at, kind, cause, person) select $1, * from given
  on conflict (org_id, id) do nothing returning id
), booked as (
  insert into entries (org_id, transfer, account, amount)
  select $1, p.* from unnest($8::text[], $9::text[], $10::bigint[]) as p(transfer, account, amount) join fresh on fresh.id = p.transfer
  returning account, amount
)
insert into balances as b (org_id, account, balance)
select $1, account, sum(amount)::bigint from booked group by account order by account
on conflict (org_id, account) do update set balance = b.balance + excluded.balance
returning account, balance`;

/**
 * Writes transfers, entries and balances in one statement; transfers that are there already change nothing. Balances
 * are locked in the order of their names, so that two bookings never wait for each other.
 * @returns the new balances of the accounts that changed
 */
export function insertTransfers(tx: Tx, orgId: number, transfers: readonly Transfer[]): Promise<Balance[]> {
  const parts = transfers.flatMap(({ id, entries }) => entries.map((entry) => ({ id, ...entry })));
  return tx.rows<Balance>(BOOK, [
    orgId,
    textArray(transfers.map((transfer) => transfer.id)),
    numberArray(transfers.map((transfer) => transfer.position)),
    numberArray(transfers.map((transfer) => transfer.at)),
    textArray(transfers.map((transfer) => transfer.kind)),
    textArray(transfers.map((transfer) => transfer.cause)),
    textArray(transfers.map((transfer) => transfer.person)),
    textArray(parts.map((part) => part.id)),
    textArray(parts.map((part) => part.account)),
    numberArray(parts.map((part) => part.amount)),
  ]);
}

// accounts share a few hundred locks: the server has room for some thousand, and the flow may need those of a whole floor
const LOCK = (account: string) => `pg_advisory_xact_lock($1, hashtext(${account}) & 511)`;

/** Lets one command at a time spend from an account, until its transaction ends. */
export async function lockSpending(tx: Tx, orgId: number, account: string): Promise<void> {
  await tx.rows(`select ${LOCK('$2')}`, [orgId, account]);
}

/** The same for many accounts. */
export async function lockAccounts(tx: Tx, orgId: number, accounts: readonly string[]): Promise<void> {
  await tx.rows(`select ${LOCK('account')} from unnest($2::text[]) account`, [orgId, textArray(accounts)]);
}

export const balanceRows = (tx: Tx, orgId: number, accounts: readonly string[]): Promise<Balance[]> =>
  tx.rows<Balance>('select account, balance from balances where org_id = $1 and account = any($2::text[])', [
    orgId,
    textArray(accounts),
  ]);

export async function balanceRow(tx: Tx, orgId: number, account: string): Promise<number> {
  const [row] = await tx.rows<{ balance: number }>('select balance from balances where org_id = $1 and account = $2', [
    orgId,
    account,
  ]);
  return row?.balance ?? 0;
}

// what a link is over: the transfer with its entries in one line
const LINE = `concat_ws('|', t.id, t.position, t.at, t.kind, t.cause, t.person,
  (select string_agg(e.account || '=' || e.amount, ',' order by e.account collate "C") from entries e where e.org_id = t.org_id and e.transfer = t.id))`;

/** The transfers after a position as the chain reads them, up to one that is linked. */
export const transferLinesAfter = (tx: Tx, orgId: number, page: { after: Position; until: Position; most: number }) =>
  tx.rows<{ position: Position; line: string }>(
    `select t.position, ${LINE} as line from transfers t
     where t.org_id = $1 and t.position > $2 and t.position <= $3 order by t.position limit $4`,
    [orgId, page.after, page.until, page.most],
  );

export const linksAfter = (tx: Tx, orgId: number, page: { after: Position; most: number }) =>
  tx.rows<Link>(
    'select position, digest from ledger_links where org_id = $1 and position > $2 order by position limit $3',
    [orgId, page.after, page.most],
  );

/** Some transfers as the chain reads them, in log order. */
export const transferLines = (tx: Tx, orgId: number, ids: readonly string[]) =>
  tx.rows<{ position: Position; line: string }>(
    `select t.position, ${LINE} as line from transfers t where t.org_id = $1 and t.id = any($2::text[]) order by t.position`,
    [orgId, ids],
  );

export type Link = { position: Position; digest: Buffer };

/** The last link of the chain. */
export async function lastLink(tx: Tx, orgId: number): Promise<Link | null> {
  const [row] = await tx.rows<Link>(
    'select position, digest from ledger_links where org_id = $1 order by position desc limit 1',
    [orgId],
  );
  return row ?? null;
}

export const insertLinks = (tx: Tx, orgId: number, links: readonly Link[]) =>
  tx.rows(
    'insert into ledger_links (org_id, position, digest) select $1, * from unnest($2::bigint[], $3::bytea[]) on conflict do nothing',
    [orgId, links.map((link) => link.position), links.map((link) => link.digest)],
  );

/** A movement of somebody's account. */
export type Movement = {
  id: string;
  position: Position;
  at: number;
  kind: Transfer['kind'];
  cause: string;
  amount: number;
  balance: number;
};

/** Whose movements: of an account, and where it is a person's, those too that took nothing because all was spent. */
type Whose = { account: string; person: string };
const OWN = `transfers t left join entries e on e.org_id = t.org_id and e.transfer = t.id and e.account = $2
  where t.org_id = $1 and t.person = $3 and (e.amount is not null or t.kind in ('correction', 'withdrawal'))`;

/** The movements of a person below a position, the newest first, each with the balance after it. */
export const movementsOf = (
  tx: Tx,
  orgId: number,
  page: Whose & { before: Position; most: number },
): Promise<Movement[]> =>
  tx.rows<Movement>(
    `select * from (
       select t.id, t.position, t.at, t.kind, t.cause, coalesce(e.amount, 0) as amount,
         (sum(coalesce(e.amount, 0)) over (order by t.position))::bigint as balance
       from ${OWN}) all_of_it
     where position < $4 order by position desc limit $5`,
    [orgId, page.account, page.person, page.before, page.most],
  );

export async function movementOf(tx: Tx, orgId: number, of: Whose & { id: string }) {
  const [row] = await tx.rows<Omit<Movement, 'balance'>>(
    `select t.id, t.position, t.at, t.kind, t.cause, coalesce(e.amount, 0) as amount from ${OWN} and t.id = $4`,
    [orgId, of.account, of.person, of.id],
  );
  return row ?? null;
}

export type Earned = { person: string; points: number; count: number; lastAt: number };

/** What people earned, by awards and badges as corrected since, with valid time in [from, to) epoch ms; spent or not. */
export const earnedBetween = (
  tx: Tx,
  orgId: number,
  asked: { from: number; to: number; people?: readonly string[] | undefined },
): Promise<Earned[]> =>
  tx.rows<Earned>(
    `select t.person, -sum(e.amount)::bigint as points, count(*) filter (where t.kind in ('award', 'badge'))::int as count, max(t.at) as "lastAt"
     from transfers t join entries e on e.org_id = t.org_id and e.transfer = t.id and e.account = 'issuer'
     where t.org_id = $1 and t.at >= $2 and t.at < $3 and t.kind in ('award', 'badge', 'correction', 'withdrawal')
       and ($4::text[] is null or t.person = any($4::text[])) group by t.person having sum(e.amount) <> 0`,
    [orgId, asked.from, asked.to, asked.people ?? null],
  );

/** What some people earned in a window, transfer by transfer in log order, as `earnedBetween` adds it up. */
export const earningsBetween = (
  tx: Tx,
  orgId: number,
  asked: { from: number; to: number; people: readonly string[] },
): Promise<{ id: string; points: number }[]> =>
  tx.rows<{ id: string; points: number }>(
    `select t.id, -e.amount as points
     from transfers t join entries e on e.org_id = t.org_id and e.transfer = t.id and e.account = 'issuer'
     where t.org_id = $1 and t.at >= $2 and t.at < $3 and t.kind in ('award', 'badge', 'correction', 'withdrawal')
       and t.person = any($4::text[]) order by t.position`,
    [orgId, asked.from, asked.to, asked.people],
  );

/** Every account, and how many transfers there are. */
export async function ledgerRows(
  tx: Tx,
  orgId: number,
): Promise<{ accounts: Balance[]; transfers: number; sum: number }> {
  const accounts = await tx.rows<Balance>('select account, balance from balances where org_id = $1 order by account', [
    orgId,
  ]);
  const [row] = await tx.rows<{ transfers: number; sum: number }>(
    `select (select count(*)::int from transfers where org_id = $1) as transfers,
       (select coalesce(sum(amount), 0)::bigint from entries where org_id = $1) as sum`,
    [orgId],
  );
  return { accounts, transfers: row?.transfers ?? 0, sum: row?.sum ?? 0 };
}
