import { expect, it } from 'vitest';
import { createMemory } from './memory.ts';

it('makes a value once per version, even for concurrent callers', async () => {
  let made = 0;
  const memory = createMemory<number>(2);
  const make = async () => ++made;
  expect(await Promise.all([1, 2, 3].map(() => memory.recall('a', 1, make)))).toEqual([1, 1, 1]);
  expect(await memory.recall('a', 2, make)).toBe(2);
  // A caller that read the version before the change gets the newer value.
  expect(await memory.recall('a', 1, make)).toBe(2);
});

it('drops the least recently used values, and failures', async () => {
  let made = 0;
  const memory = createMemory<number>(2);
  const make = async () => ++made;
  for (const key of ['a', 'b', 'a', 'c']) await memory.recall(key, 1, make);
  expect(await memory.recall('a', 1, make)).toBe(1);
  expect(await memory.recall('b', 1, make)).toBe(4);
  const failing = memory.recall('d', 1, () => Promise.reject(new Error('down')));
  await expect(failing).rejects.toThrow('down');
  expect(await memory.recall('d', 1, make)).toBe(5);
});
