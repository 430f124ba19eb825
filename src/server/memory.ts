/** Caches the latest value of each key: `recall` returns it if it is of this version or a later one, and makes it otherwise. */
export interface Memory<T> {
  recall(key: string, version: number, make: () => Promise<T>): Promise<T>;
}

/**
 * Caches the `most` most recently used values. Callers that ask while a value is being made share it; failures are not cached.
 */
export function createMemory<T>(most: number): Memory<T> {
  const kept = new Map<string, { readonly version: number; readonly value: Promise<T> }>();
  return {
    recall(key, version, make) {
      const known = kept.get(key);
      const entry = known && known.version >= version ? known : { version, value: make() };
      kept.delete(key);
      kept.set(key, entry);
      const [oldest] = kept.keys();
      if (kept.size > most) kept.delete(oldest);
      if (entry !== known)
        entry.value.catch(() => {
          if (kept.get(key) === entry) kept.delete(key);
        });
      return entry.value;
    },
  };
}
