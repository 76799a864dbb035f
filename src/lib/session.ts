import { change, type Fetch } from './api.ts';
import type { Session } from './contract/people.ts';

/** Who is signed in, or null. */
export async function sessionOf(fetch: Fetch): Promise<Session | null> {
  const answer = await fetch('/api/v1/session');
  if (!answer.ok) return null;
  return (await answer.json()) as Session;
}

/** Where a person's day begins: one's own numbers, else the people one leads. */
export function homeOf(session: Session): string {
  if (hasOwnDay(session)) return '/today';
  return session.roles.includes('supervisor') ? '/team' : '/boards';
}

export const hasOwnDay = ({ person, roles }: Session): boolean => person !== null && roles.includes('agent');

/** A call of an account's door. Null when it worked, else what to tell the person, by the status of the refusal. */
export async function knock(
  fetch: Fetch,
  path: string,
  body: unknown,
): Promise<{ status: number; code: string; detail: string } | null> {
  const { problem } = await change(fetch, 'POST', path, body);
  return problem;
}
