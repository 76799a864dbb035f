import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV = 12;
const TAG = 16;

export const newKey = (): Buffer => randomBytes(32);

/** Encrypts text with a 256-bit key (AES-GCM): iv, tag, cipher in one buffer. */
export function seal(text: string, key: Buffer): Buffer {
  const iv = randomBytes(IV);
  const cipher = createCipheriv(ALGORITHM, key, iv);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** Opens what `seal` made. @throws when the key is another or the bytes were changed */
export function unseal(sealed: Buffer, key: Buffer): string {
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV));
  decipher.setAuthTag(sealed.subarray(IV, IV + TAG));
  return Buffer.concat([decipher.update(sealed.subarray(IV + TAG)), decipher.final()]).toString('utf8');
}

/** By what a party is found again without its name being readable: HMAC-SHA256, 128 bits. */
export function digestOf(secret: Buffer, party: { kind: string; source: string; name: string }): Buffer {
  const text = `${party.kind}\u0000${party.source}\u0000${party.name}`;
  return createHmac('sha256', secret).update(text).digest().subarray(0, 16);
}
