import { expect, it } from 'vitest';
import { createRandom } from '../../../ground/random.ts';
import { allocateDoubles, wide } from './products.ts';

const random = createRandom(4, 'products');

it.each([
  [1, 3, 4],
  [5, 1, 12],
  [23, 2, 8],
])('adds %i products, steps of %i numbers, to %i sums', (count, step, width) => {
  const { arrays, addProducts } = allocateDoubles([count * step, 3, count * width, width]);
  const [a, between, b, y] = arrays;
  for (const array of arrays) for (let i = 0; i < array.length; i++) array[i] = random.next() - 0.5;
  const expected = Array.from(y, (sum, j) => {
    for (let k = 0; k < count; k++) sum += a[k * step] * b[k * width + j];
    return sum;
  });
  const untouched = [a, between, b].map((array) => array.slice());
  addProducts(
    a.byteOffset,
    a.byteOffset + a.byteLength,
    8 * step,
    b.byteOffset,
    8 * width,
    y.byteOffset,
    y.byteOffset + y.byteLength,
  );
  expect([...y]).toEqual(expected);
  expect([a, between, b]).toEqual(untouched);
});

it('rounds up to whole groups of four', () => {
  expect([0, 1, 4, 5].map(wide)).toEqual([0, 4, 4, 8]);
});
