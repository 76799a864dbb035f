import { createCipheriv, createDecipheriv, createHmac, createSecretKey, randomFillSync } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV = 12;
const TAG = 16;

export const newKey = (): Buffer => random(32);

/** Encrypts text with a 256-bit key (AES-GCM): iv, tag, cipher in one buffer. */
export function seal(text: string, key: Buffer): Buffer {
  const iv = random(IV);
  // a key object: Node looks several microseconds long for one behind a bare buffer
  const cipher = createCipheriv(ALGORITHM, createSecretKey(key), iv);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** Opens what `seal` made. @throws when the key is another or the bytes were changed */
export function unseal(sealed: Buffer, key: Buffer): string {
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV));
  decipher.setAuthTag(sealed.subarray(IV, IV + TAG));
  return Buffer.concat([decipher.update(sealed.subarray(IV + TAG)), decipher.final()]).toString('utf8');
}

/** By what a party is found again without its name being readable: HMAC-SHA256 under a secret, 128 bits. */
export function digesting(secret: Buffer): (party: { kind: string; source: string; name: string }) => Buffer {
  const key = createSecretKey(secret);
  return ({ kind, source, name }) =>
    createHmac('sha256', key).update(`${kind}\u0000${source}\u0000${name}`).digest().subarray(0, 16);
}

const pool = Buffer.alloc(8_192);
let taken = pool.length;

/** Random bytes, drawn from the system in stock: a draw costs as much for thousands as for twelve. */
function random(size: number): Buffer {
  if (taken + size > pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  const bytes = Buffer.from(pool.subarray(taken, taken + size));
  pool.fill(0, taken, taken + size);
  taken += size;
  return bytes;
}
