import { problemOf } from './api.ts';
import { t } from './words.ts';

/** A change asked of the API from a screen: the answer's body, or what went wrong in words to show. */
export async function send<Body = { id: string; position: string }>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<{ body: Body; error: null } | { body: null; error: string }> {
  try {
    const answer = await fetch(`/api/v1/${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (answer.ok) return { body: (answer.status === 204 ? {} : await answer.json()) as Body, error: null };
    const { detail, title } = await problemOf(answer);
    return { body: null, error: detail || title };
  } catch {
    return { body: null, error: t('login.away') };
  }
}
