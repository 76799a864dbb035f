import { randomBytes, randomUUID } from 'node:crypto';

/** A UUID v7 (RFC 9562) for rows that a command makes: ordered by time, so that indexes grow at one end. */
export function uuidV7(now: number): string {
  const tail = randomUUID().slice(15);
  const head = now.toString(16).padStart(12, '0');
  return `${head.slice(0, 8)}-${head.slice(8, 12)}-7${tail}`;
}

/** 256 random bits, URL-safe. */
export const secret = (): string => randomBytes(32).toString('base64url');

/** A short name for something that is listed and told apart by people: 48 random bits, never a secret. */
export const shortId = (): string => randomBytes(6).toString('hex');
