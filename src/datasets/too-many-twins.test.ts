import { expect, it, vi } from 'vitest';
import { SAMPLES } from '../tasks/families/fixtures/sample.ts';
import { relateTwins } from './twins.ts';

vi.mock('../text/minhash.ts', () => ({
  findDuplicates: () => {
    // what V8 throws when a set is full; filling one takes minutes
    throw new RangeError('Set maximum size exceeded');
  },
}));

it('says so where more pairs are alike than can be compared', () => {
  const { task, input, gold } = SAMPLES.classification;
  const split = { name: 'train', examples: [{ id: '0', input, gold }] } as const;
  expect(() => relateTwins(task, [split])).toThrow(expect.objectContaining({ code: 'too-many-twins' }));
});
