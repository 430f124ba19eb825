import { describe, expect, it } from 'vitest';
import { createBatcher } from './batcher.ts';

/** Answers with the inputs doubled; the test decides when each batch ends. */
function opened({ most = 4, room = 8 } = {}) {
  const batches: number[][] = [];
  const ends: ((error?: unknown) => void)[] = [];
  const batcher = createBatcher<number, number>({
    most,
    room,
    answer: (inputs) => {
      batches.push([...inputs]);
      return new Promise((resolve, reject) => {
        ends.push((error) => (error ? reject(error) : resolve(inputs.map((one) => one * 2))));
      });
    },
  });
  const settle = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return { batcher, batches, end: (i: number, error?: unknown) => ends[i](error), settle };
}

describe('a batcher', () => {
  it('puts concurrent callers into one batch, and returns each its own answers', async () => {
    const { batcher, batches, end, settle } = opened();
    const asked = [batcher.ask([1, 2]), batcher.ask([3])];
    await settle();
    expect(batches).toEqual([[1, 2, 3]]);
    end(0);
    expect(await Promise.all(asked)).toEqual([[2, 4], [6]]);
  });

  it('answers inputs that arrived meanwhile in the next batch, up to its size', async () => {
    const { batcher, batches, end, settle } = opened();
    const first = batcher.ask([1]);
    await settle();
    const others = [batcher.ask([2, 3]), batcher.ask([4, 5]), batcher.ask([6])];
    end(0);
    await first;
    await settle();
    expect(batches).toEqual([[1], [2, 3, 4, 5]]);
    expect(batcher.waiting()).toBe(1);
    end(1);
    await settle();
    end(2);
    expect(await Promise.all(others)).toEqual([[4, 6], [8, 10], [12]]);
  });

  it('rejects requests beyond the limit of waiting inputs', async () => {
    const { batcher, end, settle } = opened({ room: 3 });
    const first = batcher.ask([1]);
    await settle();
    const second = batcher.ask([2, 3, 4]);
    await expect(batcher.ask([5])).rejects.toMatchObject({ code: 'overloaded' });
    expect(batcher.secondsToWait()).toBeGreaterThanOrEqual(1);
    end(0);
    await first;
    await settle();
    end(1);
    expect(await second).toEqual([4, 6, 8]);
  });

  it('a failed batch fails only its callers, and aborted callers are skipped', async () => {
    const { batcher, batches, end, settle } = opened();
    const first = batcher.ask([1]);
    await settle();
    const leaving = new AbortController();
    const left = batcher.ask([2], leaving.signal);
    const second = batcher.ask([3]);
    leaving.abort(new Error('left'));
    end(0, new Error('died'));
    await expect(first).rejects.toThrow('died');
    await expect(left).rejects.toThrow('left');
    await settle();
    end(1);
    expect(await second).toEqual([6]);
    expect(batches).toEqual([[1], [3]]);
  });
});
