import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLimiter } from './limiter.ts';

/** Runs `count` jobs and returns the most that ran at a time. */
async function most(limiter: ReturnType<typeof createLimiter>, count: number): Promise<number> {
  let running = 0;
  let peak = 0;
  const job = async (): Promise<void> => {
    peak = Math.max(peak, ++running);
    await sleep(1);
    running--;
    limiter.succeeded();
  };
  await Promise.all(Array.from({ length: count }, () => limiter.run(job)));
  return peak;
}

describe('createLimiter', () => {
  it('begins with few calls at a time and rises to the maximum', async () => {
    const limiter = createLimiter({ most: 8 });
    expect(await most(limiter, 4)).toBe(4);
    expect(await most(limiter, 200)).toBe(8);
    expect(limiter.width).toBe(8);
  });

  it('halves once for all calls in flight', async () => {
    const limiter = createLimiter({ most: 8 });
    await most(limiter, 200);
    const since = performance.now();
    for (let i = 0; i < 5; i++) limiter.overloaded(since, 0);
    expect(limiter.width).toBe(4);
    limiter.overloaded(performance.now(), 0);
    expect(limiter.width).toBe(2);
    for (let i = 0; i < 5; i++) limiter.overloaded(performance.now(), 0);
    expect(limiter.width).toBe(1);
    expect(await most(limiter, 2)).toBe(1);
  });

  it('does not rise after overloaded or otherwise failed calls', async () => {
    const limiter = createLimiter({ most: 8 });
    for (let i = 0; i < 10; i++) await limiter.run(async () => limiter.overloaded(performance.now(), 0));
    expect(limiter.width).toBe(1);
    for (let i = 0; i < 10; i++) await limiter.run(async () => 'http-500');
    expect(limiter.width).toBe(1);
    expect(await most(limiter, 1)).toBe(1);
    expect(limiter.width).toBe(2);
  });

  it('starts no call during a pause', async () => {
    const limiter = createLimiter({ most: 2 });
    const asked = performance.now();
    limiter.overloaded(asked, 40);
    let begun = 0;
    await limiter.run(async () => {
      begun = performance.now();
    });
    expect(begun - asked).toBeGreaterThanOrEqual(39);
  });

  it('spaces calls out under a rate limit', async () => {
    const limiter = createLimiter({ most: 4, perMinute: 6000 });
    const begun: number[] = [];
    await Promise.all(
      Array.from({ length: 4 }, () => limiter.run(async () => void begun.push(performance.now()))),
    );
    expect(begun[3] - begun[0]).toBeGreaterThanOrEqual(28);
  });

  it('leaves the queue when the caller stops', async () => {
    const limiter = createLimiter({ most: 1 });
    const controller = new AbortController();
    const blocked = limiter.run(() => sleep(20));
    const waiting = limiter.run(async () => 'ran', controller.signal);
    controller.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    await blocked;
    expect(await limiter.run(async () => 'next')).toBe('next');
  });
});
