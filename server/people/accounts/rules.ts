import { createHash } from 'node:crypto';

export const SESSION_MS = 30 * 24 * 3_600_000;
export const SETUP_MS = 24 * 3_600_000;
export const TRIES = 10;
export const TRY_MS = 15 * 60_000;
/** The cookie outlives any session: the server alone decides when one ends. */
const COOKIE_SECONDS = 400 * 24 * 3_600;

/** What is kept of a token: its SHA-256, in hexadecimal. The token itself is never stored. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/**
 * What becomes of a session that is used at `now`: ended, renewed (less than half of its time is left) or left alone.
 * @returns null when it has ended, else the instant (epoch ms) at which it now expires
 */
export function slide(expiresAt: number, now: number): number | null {
  if (now >= expiresAt) return null;
  return expiresAt - now < SESSION_MS / 2 ? now + SESSION_MS : expiresAt;
}

/**
 * For how long to wait before a further try is let through.
 * @param counted tries so far in the running window, this one included, its begin (epoch ms), and how many it allows
 * @returns seconds to wait, 0 when let through
 */
export function waitBeforeTry(counted: { tries: number; since: number; most?: number }, now: number): number {
  const { tries, since, most = TRIES } = counted;
  return tries <= most ? 0 : Math.max(1, Math.ceil((since + TRY_MS - now) / 1000));
}

/** `__Host-` binds the cookie to this host and to https; without https browsers refuse that prefix. */
export const cookieName = (secure: boolean): string => (secure ? '__Host-floorlight' : 'floorlight');

/** The Set-Cookie value of a session; an empty token takes the cookie away. */
export function cookieOf(token: string, secure: boolean): string {
  const age = token ? COOKIE_SECONDS : 0;
  const parts = [`${cookieName(secure)}=${token}`, 'Path=/', 'HttpOnly', 'SameSite=Lax', `Max-Age=${age}`];
  return (secure ? [...parts, 'Secure'] : parts).join('; ');
}

/** The one token that a request carries: `Authorization: Bearer` wins over the session cookie. */
export function credentialsOf(headers: Headers, secure: boolean): Credentials | null {
  const bearer = /^Bearer +([\x21-\x7e]{16,512})$/i.exec(first(headers.authorization) ?? '')?.[1];
  if (headers.authorization !== undefined) return bearer ? { kind: 'bearer', token: bearer } : null;
  const token = cookieValue(first(headers.cookie) ?? '', cookieName(secure));
  return token && /^[\w-]{43}$/.test(token) ? { kind: 'session', token } : null;
}

/**
 * Whether a request that changes something comes from a page of another origin, as only browsers tell.
 * @param own the configured `ORIGIN`; without one the Host header stands for it
 */
export function isForeign(headers: Headers, own: string | undefined): boolean {
  const site = first(headers['sec-fetch-site']);
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const origin = first(headers.origin);
  if (origin === undefined) return false;
  if (own !== undefined && origin === own) return false;
  return own !== undefined || hostOf(origin) !== (first(headers.host) ?? '').toLowerCase();
}

/** A browser in words that tell one's own screens apart; no more of it is kept. */
export function browserOf(userAgent: string | undefined): string | null {
  if (!userAgent) return null;
  const name = BROWSERS.find(([mark]) => userAgent.includes(mark))?.[1];
  const system = SYSTEMS.find(([mark]) => userAgent.includes(mark))?.[1];
  if (!name && !system) return null;
  return [name ?? 'Browser', system].filter(Boolean).join(', ');
}

const BROWSERS = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const SYSTEMS = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
] as const;

export type Headers = Readonly<Record<string, string | string[] | undefined>>;
export type Credentials = { kind: 'bearer' | 'session'; token: string };

const first = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

function cookieValue(header: string, name: string): string | undefined {
  for (const part of header.split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host.toLowerCase() : null;
}
