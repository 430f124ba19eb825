import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createHashSet, createLineIndex } from './line-index.ts';

const hashOf = (i: number): string => createHash('sha256').update(String(i)).digest('hex').slice(0, 32);

describe('createLineIndex', () => {
  it('finds the last place of every hash, beyond its first size', () => {
    const index = createLineIndex();
    for (let i = 0; i < 3000; i++) index.set(hashOf(i), { file: i % 3, at: i * 2 ** 33, length: i + 1 });
    index.set(hashOf(7), { file: 9, at: 1, length: 2 });
    expect(index.get(hashOf(2999))).toEqual({ file: 2, at: 2999 * 2 ** 33, length: 3000 });
    expect(index.get(hashOf(7))).toEqual({ file: 9, at: 1, length: 2 });
    expect([index.has(hashOf(0)), index.has(hashOf(3000))]).toEqual([true, false]);
    expect(index.get(hashOf(3000))).toBeUndefined();
  });
});

describe('createHashSet', () => {
  it('contains what was added', () => {
    const set = createHashSet();
    set.add(hashOf(1));
    expect([set.has(hashOf(1)), set.has(hashOf(2))]).toEqual([true, false]);
  });
});
