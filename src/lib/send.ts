import { change, type Method } from './api.ts';

/** A change asked of the API from a screen: the answer's body, or what went wrong in words to show. */
export async function send<Body = { id: string; position: string }>(
  method: Method,
  path: string,
  body?: unknown,
): Promise<{ body: Body; error: null } | { body: null; error: string }> {
  const { body: answer, problem } = await change(fetch, method, path, body);
  return problem ? { body: null, error: problem.detail || problem.title } : { body: answer as Body, error: null };
}
