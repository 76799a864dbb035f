import { hash, verify } from '@node-rs/argon2';
import { secret } from '#server/foundation/ids.ts';
import { invalid } from '#server/foundation/refusals.ts';
import { composed, type Owner, weaknessOf } from './password-rules.ts';

/** What is kept of a password. */
export const digestPassword = (password: string): Promise<string> => hash(composed(password), COST);

/** Whether a password is the one; where there is none to compare with, it takes as long to say no. */
export async function isPassword(kept: string | null | undefined, given: string): Promise<boolean> {
  const right = await verify(kept ?? (await decoy()), composed(given));
  return right && Boolean(kept);
}

/** @throws Refusal invalid `password_weak`, saying why */
export function refuseWeak(password: string, owner: Owner): void {
  const weakness = weaknessOf(password, owner);
  if (weakness)
    throw invalid('password_weak', `This password ${weakness}.`, [{ path: '/password', message: weakness }]);
}

/** 19 MiB, two passes, one lane: the smallest that OWASP advises for argon2id, which is the library's default kind. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
let decoyHash: Promise<string> | undefined;

function decoy(): Promise<string> {
  decoyHash ??= digestPassword(secret());
  return decoyHash;
}
