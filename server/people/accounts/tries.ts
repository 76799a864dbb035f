import { tooMany } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { hashOf, TRIES, waitBeforeTry } from './rules.ts';
import { countTry, forgiveTry } from './store.ts';

type Accounts = Pick<Ground, 'db' | 'clock'>;

/** Tries from one address within 15 minutes: a whole floor may sit behind it, so only those that fail count. */
export const TRIES_PER_ADDRESS = 100;

/** Counts a try of an account. @throws Refusal 429 after 10 within 15 minutes */
export async function letTry({ db, clock }: Accounts, digest: string, most = TRIES): Promise<void> {
  const { tries, since } = await countTry(db.lobby, digest, clock.now());
  const wait = waitBeforeTry({ tries, since, most }, clock.now());
  if (wait > 0) throw tooMany('Too many tries. Wait before the next one.', wait);
}

/**
 * Runs what a password or a one-time link opens, from an address. A try that succeeds does not count.
 * @throws Refusal 429 after 100 failures within 15 minutes
 */
export async function fromAddress<T>(ground: Accounts, address: string, work: () => Promise<T>): Promise<T> {
  const digest = hashOf(`address ${address}`);
  await letTry(ground, digest, TRIES_PER_ADDRESS);
  const done = await work();
  await forgiveTry(ground.db.lobby, digest);
  return done;
}
