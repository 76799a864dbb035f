import { error, redirect } from '@sveltejs/kit';
import type { Problem } from './contract/problems.ts';
import { t } from './words.ts';

export type Fetch = typeof fetch;

/** A GET of the API for a page's `load`. A refusal becomes the error page, an anonymous one the sign-in. */
export async function read<T>(fetch: Fetch, path: string): Promise<T> {
  const answer = await fetch(`/api/v1/${path}`);
  if (answer.ok) return (await answer.json()) as T;
  if (answer.status === 401) redirect(303, '/login');
  const problem = await problemOf(answer);
  error(answer.status, { message: problem.title, detail: problem.detail, code: problem.code });
}

/** All rows of a list, page after page. */
export async function readAll<Row>(fetch: Fetch, path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { items: Row[]; next: string | null } = await read(fetch, `${path}?${query({ limit: '500', cursor })}`);
    rows.push(...page.items);
    cursor = page.next;
  }
  return rows;
}

/** The same, where absence is an answer: null for 403 and 404. */
export async function readIfAny<T>(fetch: Fetch, path: string): Promise<T | null> {
  const answer = await fetch(`/api/v1/${path}`);
  return answer.ok ? ((await answer.json()) as T) : null;
}

export type Method = 'POST' | 'PUT' | 'DELETE';
export type Changed = { body: unknown; problem: null } | { body: null; problem: Problem };

/** A change asked of the API: the answer's body (none is `{}`), or the problem; `away` where nobody answered. */
export async function change(fetch: Fetch, method: Method, path: string, body?: unknown): Promise<Changed> {
  try {
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`/api/v1/${path}`, { method, ...(body === undefined ? {} : json) });
    if (!answer.ok) return { body: null, problem: await problemOf(answer) };
    return { body: answer.status === 204 ? {} : await answer.json(), problem: null };
  } catch {
    return { body: null, problem: { code: 'away', title: t('error.away'), detail: '', status: 503 } };
  }
}

/** What a refusal says, whatever its body is. */
export async function problemOf(answer: Response): Promise<Problem> {
  const fallback = { code: `http_${answer.status}`, title: t('error.title'), detail: '', status: answer.status };
  try {
    return { ...fallback, ...((await answer.json()) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}

/** A query string of the parts that are set. */
export function query(parts: Record<string, string | null | undefined>): string {
  const set = Object.entries(parts).filter((part): part is [string, string] => Boolean(part[1]));
  return new URLSearchParams(set).toString();
}
