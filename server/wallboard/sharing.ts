const FRESH_MS = 1_000;
const MOST_KEPT = 200;

type Kept<Body> = { position: number; at: number; body: Promise<Body> };

/**
 * Lets those who ask for the same at the same position of the log share one reading of it. What was read a second ago is
 * read again, because time passes in it too.
 */
export function sharing<Body>(): (
  of: { key: string; position: number; now: number },
  read: () => Promise<Body>,
) => Promise<Body> {
  const kept = new Map<string, Kept<Body>>();
  return ({ key, position, now }, read) => {
    const known = kept.get(key);
    if (known && known.position >= position && now - known.at < FRESH_MS) return known.body;
    if (kept.size >= MOST_KEPT) kept.clear();
    const body = read();
    kept.set(key, { position, at: now, body });
    body.catch(() => kept.get(key)?.body === body && kept.delete(key));
    return body;
  };
}
