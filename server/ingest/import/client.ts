import { setTimeout as pause } from 'node:timers/promises';
import { PlainError } from './options.ts';

/** Calls of the API with one key. A call that failed on the way or was refused as too busy is made again. */
export type Client = {
  get<T>(path: string): Promise<T>;
  send<T>(method: 'POST' | 'PUT', path: string, body: unknown): Promise<T>;
};

const PATIENCE_MS = 120_000;
const BUSY = new Set([429, 502, 503, 504]);

/** @param patience how long one call is repeated, ms */
export function openClient(url: string, key: string, patience = PATIENCE_MS): Client {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const init = {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const until = Date.now() + patience;
    let met = false;
    for (let attempt = 0; ; attempt++) {
      const answer = await fetch(`${url}${path}`, init).catch((error: Error) => error);
      if (answer instanceof Response && answer.ok) return (await answer.json()) as T;
      met ||= answer instanceof Response;
      // a server that was never there is told at once; one that went away may come back
      const givesUp =
        Date.now() > until ||
        (answer instanceof Response ? !BUSY.has(answer.status) : !met && attempt >= 2 && path === FIRST);
      if (givesUp) throw await failure(answer, url, path);
      await pause(waitOf(answer, attempt));
    }
  };
  return { get: (path) => call('GET', path), send: (method, path, body) => call(method, path, body) };
}

/** The first call of an import: finds out whether the server is there and takes the key. */
export const FIRST = '/api/v1/sources?limit=1';

const LONGEST_PAUSE_MS = 10_000;

function waitOf(answer: Response | Error, attempt: number): number {
  const asked = answer instanceof Response ? Number(answer.headers.get('retry-after') ?? Number.NaN) : Number.NaN;
  if (Number.isFinite(asked)) return Math.min(asked * 1000, LONGEST_PAUSE_MS);
  return Math.min(200 * 2 ** attempt, LONGEST_PAUSE_MS);
}

async function failure(answer: Response | Error, url: string, path: string): Promise<Error> {
  if (!(answer instanceof Response)) {
    const cause = (answer.cause as { code?: string } | undefined)?.code ?? answer.message;
    return new PlainError(
      `The server at ${url} is not reachable (${cause}). Is it running? FLOORLIGHT_URL names another.`,
    );
  }
  const problem = (await answer.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    errors?: { path: string; message: string }[];
  };
  if (answer.status === 401) return new PlainError('The server does not know this API_KEY.');
  if (answer.status === 403) return new PlainError(`This API_KEY may not use ${path.split('?')[0]}: it lacks a scope.`);
  const errors = (problem.errors ?? []).slice(0, 5).map((e) => `\n  ${e.path}: ${e.message}`);
  return new PlainError(
    `The server refused ${path.split('?')[0]} (${answer.status} ${problem.code ?? ''}): ${problem.detail ?? ''}${errors.join('')}`,
  );
}
