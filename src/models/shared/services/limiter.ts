import { setTimeout as sleep } from 'node:timers/promises';

/** Calls at a time when nothing is known of a service yet. */
const FIRST = 4;

/** How many calls run at a time: it rises slowly while all is well and halves when a service is overloaded. */
export interface Limiter {
  /** Waits for a place, then runs the job. */
  run<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** A call was answered. */
  succeeded(): void;
  /** A call that began at `since` (`performance.now()`) hit an overloaded service, which requested a pause of `pauseMs`. */
  overloaded(since: number, pauseMs: number): void;
  /** Calls that are allowed at a time now. */
  readonly width: number;
}

export interface LimiterOptions {
  /** Maximum number of concurrent calls. */
  readonly most: number;
  /** Most calls begun per minute; absent: any number. */
  readonly perMinute?: number;
}

/**
 * Additive increase, multiplicative decrease, as in TCP: one more call at a time after as many successes as are allowed at
 * a time, half as many after an overload. Calls that began before the last halving do not halve again.
 */
export function createLimiter({ most, perMinute }: LimiterOptions): Limiter {
  const spacing = perMinute === undefined ? 0 : 60_000 / perMinute;
  let width = Math.min(FIRST, most);
  let successes = 0;
  let halvedAt = 0;
  let notBefore = 0;
  const places = createPlaces(() => Math.floor(width));

  /** Waits out a pause, and for the turn of this call where calls are spaced. */
  const turn = async (signal?: AbortSignal): Promise<void> => {
    for (let now = performance.now(); now < notBefore; now = performance.now())
      await sleep(notBefore - now, undefined, { signal });
    if (spacing > 0) notBefore = Math.max(notBefore, performance.now()) + spacing;
  };
  return {
    get width() {
      return Math.floor(width);
    },
    async run(job, signal) {
      await places.enter(signal);
      try {
        if (notBefore > 0) await turn(signal);
        else if (spacing > 0) notBefore = performance.now() + spacing;
        return await job();
      } finally {
        places.leave();
      }
    },
    succeeded() {
      if (++successes < width) return;
      successes = 0;
      width = Math.min(most, width + 1);
    },
    overloaded(since, pauseMs) {
      notBefore = Math.max(notBefore, performance.now() + pauseMs);
      if (since < halvedAt) return;
      halvedAt = performance.now();
      width = Math.max(1, width / 2);
      successes = 0;
    },
  };
}

/** A queue before a number of places that changes. */
interface Places {
  /** Resolves when there is a place. Rejects with the signal's reason where it aborts before. */
  enter(signal?: AbortSignal): Promise<void>;
  leave(): void;
}

function createPlaces(open: () => number): Places {
  const waiting: (() => void)[] = [];
  let taken = 0;
  const admit = (): void => {
    while (taken < open() && waiting.length > 0) {
      taken++;
      waiting.shift()?.();
    }
  };
  return {
    enter: (signal) =>
      new Promise((accept, reject) => {
        const enter = (): void => {
          signal?.removeEventListener('abort', leave);
          accept();
        };
        const leave = (): void => {
          const at = waiting.indexOf(enter);
          if (at >= 0) waiting.splice(at, 1);
          reject(signal?.reason);
        };
        if (signal?.aborted) return leave();
        signal?.addEventListener('abort', leave, { once: true });
        waiting.push(enter);
        admit();
      }),
    leave() {
      taken--;
      admit();
    },
  };
}
