import type { AsyncLocalStorage } from 'node:async_hooks';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import type { Handle, HandleFetch } from '@sveltejs/kit';
import { localeOf } from '$lib/format.ts';

const pack = promisify(brotliCompress);
const PACKING = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 7, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT },
};

type Answer = {
  statusCode: number;
  headers: Record<string, string | string[] | number | undefined>;
  rawPayload: Buffer;
};
type Ask = { method: string; url: string; headers: Record<string, string>; payload?: Buffer };
type House = { inject(ask: Ask): Promise<Answer> };

/** The theme and the language are settled before the first byte, so that nothing flashes. */
export const handle: Handle = async ({ event, resolve }) => {
  const theme = event.cookies.get('theme');
  event.locals.theme = theme === 'day' || theme === 'floor' ? theme : byPlace(event.url.pathname);
  event.locals.locale = localeOf(event.request.headers.get('accept-language'));
  const { theme: name, locale } = event.locals;
  const response = await resolve(event, {
    transformPageChunk: ({ html }) =>
      html.replace('%theme%', name).replace('%lang%', locale.startsWith('en') ? locale : 'en'),
    filterSerializedResponseHeaders: (name) => name === 'content-type',
  });
  return compressed(response, event.request.headers.get('accept-encoding'));
};

/** A television says nothing of its light: it is hung on the floor. */
const byPlace = (path: string) => (path === '/wallboard' ? 'floor' : 'system');

/** Pages carry their first data, which packs to a fifth; built files are packed already. */
async function compressed(response: Response, accepted: string | null): Promise<Response> {
  const text = /^(text\/html|application\/json)/.test(response.headers.get('content-type') ?? '');
  if (!text || !response.body || response.headers.has('content-encoding') || !accepted?.includes('br')) return response;
  const body = await pack(Buffer.from(await response.arrayBuffer()), PACKING);
  const headers = new Headers(response.headers);
  headers.set('content-encoding', 'br');
  headers.append('vary', 'accept-encoding');
  headers.delete('content-length');
  return new Response(new Uint8Array(body), { status: response.status, statusText: response.statusText, headers });
}

/** Calls of the API from `load` and actions are answered inside the process, by the same door as everybody else's. */
export const handleFetch: HandleFetch = async ({ event, request, fetch }) => {
  const url = new URL(request.url);
  const house = houseOfThisRequest();
  if (!house || url.origin !== event.url.origin || !url.pathname.startsWith('/api/')) return fetch(request);
  const answer = await house.inject({
    method: request.method,
    url: url.pathname + url.search,
    headers: headersFor(request, event.request),
    ...(request.body ? { payload: Buffer.from(await request.arrayBuffer()) } : {}),
  });
  for (const line of [answer.headers['set-cookie'] ?? []].flat()) event.cookies.set(...cookieOf(String(line)));
  return responseOf(answer);
};

function houseOfThisRequest(): House | undefined {
  const storage = (globalThis as Record<symbol, unknown>)[Symbol.for('floorlight.house')];
  return (storage as AsyncLocalStorage<House> | undefined)?.getStore();
}

function headersFor(request: Request, outer: Request): Record<string, string> {
  const headers = Object.fromEntries(request.headers);
  for (const name of ['cookie', 'user-agent', 'x-forwarded-for', 'x-forwarded-proto', 'host']) {
    const value = outer.headers.get(name);
    if (value) headers[name] = value;
  }
  delete headers['content-length'];
  return headers;
}

function cookieOf(line: string) {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  const given = new Map(
    attributes.map((part) => [part.split('=')[0]?.toLowerCase(), part.split('=').slice(1).join('=')]),
  );
  const options = {
    path: given.get('path') || '/',
    httpOnly: given.has('httponly'),
    secure: given.has('secure'),
    sameSite: given.get('samesite')?.toLowerCase() === 'strict' ? ('strict' as const) : ('lax' as const),
    encode: (value: string) => value,
    ...(given.has('max-age') ? { maxAge: Number(given.get('max-age')) } : {}),
    ...(given.has('expires') ? { expires: new Date(given.get('expires') ?? 0) } : {}),
  };
  return [pair.slice(0, at), pair.slice(at + 1), options] as const;
}

function responseOf(answer: Answer): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers))
    if (value !== undefined && name !== 'set-cookie') headers.set(name, String(value));
  const empty = answer.statusCode === 204 || answer.statusCode === 304;
  return new Response(empty ? null : new Uint8Array(answer.rawPayload), { status: answer.statusCode, headers });
}
