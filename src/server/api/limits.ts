import { UserError } from '../../ground/errors.ts';

/** Counts each caller's recent requests; idle callers are dropped. */
export interface RateLimit {
  /** Counts a request. Throws a UserError `rate-limited` above the limit. */
  take(caller: string): void;
  /** Whether another request would exceed the limit. */
  isFull(caller: string): boolean;
}

/** Callers that are remembered; beyond that, the oldest are forgotten. */
const MOST_CALLERS = 10_000;

/** At most `count` in `ms` milliseconds, in windows of that length, by a monotonic clock. */
export function createRateLimit(count: number, ms: number, clock = () => performance.now()): RateLimit {
  const windows = new Map<string, { readonly since: number; count: number }>();
  const windowOf = (caller: string) => {
    const now = clock();
    const known = windows.get(caller);
    if (known && now - known.since < ms) return known;
    const fresh = { since: now, count: 0 };
    windows.delete(caller);
    windows.set(caller, fresh);
    const [oldest] = windows.keys();
    if (windows.size > MOST_CALLERS) windows.delete(oldest);
    return fresh;
  };
  const isFull = (caller: string): boolean => windowOf(caller).count >= count;
  return {
    isFull,
    take(caller) {
      if (isFull(caller)) throw tooMany();
      windowOf(caller).count++;
    },
  };
}

/** Admits `count` callers at a time and turns the others away: throws a UserError `busy`. */
export function createGate(count: number): <T>(enter: () => Promise<T>) => Promise<T> {
  let inside = 0;
  return async (enter) => {
    if (inside >= count)
      throw new UserError(
        'busy',
        { en: 'Too many uploads at once', zh: '同时上传过多' },
        { hint: { en: 'Try again in a few seconds.', zh: '请稍候重试。' } },
      );
    inside++;
    try {
      return await enter();
    } finally {
      inside--;
    }
  };
}

export const tooMany = (): UserError =>
  new UserError(
    'rate-limited',
    { en: 'Too many requests', zh: '请求过于频繁' },
    { hint: { en: 'Wait a minute.', zh: '请稍等一分钟。' } },
  );
