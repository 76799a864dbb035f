/** Reads the answers to several questions at once. What it gives back may throw for a question that has none. */
export type ReadMany<K, V> = (keys: K[]) => Promise<(key: K) => V>;

const MOST = 500;

/**
 * Answers many callers by few readings: while one is under way, the questions of the next gather, each once. The first
 * caller waits for nobody, and nobody is answered by a reading that began before they asked.
 */
export function gather<K, V>(read: ReadMany<K, V>, most = MOST): (key: K) => Promise<V> {
  let waiting = new Map<K, PromiseWithResolvers<V>>();
  let isReading = false;

  const next = async (): Promise<void> => {
    while (waiting.size > 0) {
      const some = new Map([...waiting].slice(0, most));
      waiting = new Map([...waiting].slice(most));
      try {
        const answerTo = await read([...some.keys()]);
        for (const [key, { resolve, reject }] of some) {
          try {
            resolve(answerTo(key));
          } catch (error) {
            reject(error);
          }
        }
      } catch (error) {
        for (const { reject } of some.values()) reject(error);
      }
    }
    isReading = false;
  };
  return (key) => {
    const known = waiting.get(key);
    if (known) return known.promise;
    const asked = Promise.withResolvers<V>();
    waiting.set(key, asked);
    if (!isReading) {
      isReading = true;
      queueMicrotask(() => void next());
    }
    return asked.promise;
  };
}

/** One value for each owner, made when it is first asked for, and gone with the owner. */
export function each<Owner extends object, T>(make: (owner: Owner) => T): (owner: Owner) => T {
  const made = new WeakMap<Owner, { value: T }>();
  return (owner) => {
    const known = made.get(owner) ?? { value: make(owner) };
    made.set(owner, known);
    return known.value;
  };
}
