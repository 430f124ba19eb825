import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inLanes } from './lanes.ts';

describe('lanes', () => {
  it('run a few jobs at a time', async () => {
    let [now, most, done] = [0, 0, 0];
    await inLanes([1, 2, 3, 4, 5, 6], 2, async () => {
      most = Math.max(most, ++now);
      await sleep(1);
      now--;
      done++;
    });
    expect([most, done]).toEqual([2, 6]);
  });

  it('start nothing after an error, and finish running jobs', async () => {
    const log: string[] = [];
    const work = inLanes(['bad', 'slow', 'never'], 2, async (job) => {
      log.push(job);
      await sleep(job === 'slow' ? 10 : 1);
      if (job === 'bad') throw new Error('bad');
      log.push(`${job} done`);
    });
    await expect(work).rejects.toThrow('bad');
    expect(log).toEqual(['bad', 'slow', 'slow done']);
  });

  it('wait for what settles later, and throw its error', async () => {
    let isSettled = false;
    await inLanes([1], 1, async () => ({
      settled: sleep(5).then(() => {
        isSettled = true;
      }),
    }));
    expect(isSettled).toBe(true);
    const failing = inLanes([1, 2, 3], 1, async () => ({ settled: Promise.reject(new Error('full')) }));
    await expect(failing).rejects.toThrow('full');
  });
});
