type Answer = { status: number; againMs?: number };

const AGAIN_MS = 250;
const MOST_MS = 60_000;

/**
 * What a client does that reads right after much was posted: while the house says that it is busy, it is asked again
 * when it says so.
 */
export async function patiently<A extends Answer>(ask: () => Promise<A>): Promise<A> {
  for (const until = Date.now() + MOST_MS; ; ) {
    const answer = await ask();
    if (answer.status !== 503 || Date.now() > until) return answer;
    await new Promise((resolve) => setTimeout(resolve, answer.againMs ?? AGAIN_MS));
  }
}

/** When to come back, as an answer says it. */
export const againIn = (headers: Headers): { againMs?: number } =>
  headers.has('retry-after') ? { againMs: 1000 * Number(headers.get('retry-after')) } : {};
