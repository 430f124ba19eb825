import { expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import { adamw, clearGradient, createTrained, gradientNorm, markRestored, markRow } from './adamw.ts';
import { createPool } from './kernels/pool.ts';

/** Three stretches and a bit. */
const [ROWS, WIDTH] = [400, 1000];

it('clears the rows of a table that were looked up since, over several batches where gradients accumulate', () => {
  for (const sum of [false, true]) {
    const [table] = createTrained(new Map([['table', [ROWS, WIDTH]]]), { sum, isTable: () => true });
    const filled = (rows: readonly number[]): void => {
      for (const row of rows) table.gradient.data.fill(1, row * WIDTH, (row + 1) * WIDTH);
    };
    for (const rows of [[3, 131], [7]]) {
      clearGradient(table);
      for (const row of rows) markRow(table, row);
      filled(rows);
    }
    if (sum) filled([3, 7, 131]); // as `takeSums` does at the end of an update
    clearGradient(table);
    expect(table.gradient.data.every((value) => value === 0)).toBe(true);
  }
});

it('rows of a table that are not looked up only decay, as in a step of the whole table, to the bit', async () => {
  const shapes = new Map([['table', [ROWS, WIDTH]]]);
  const both = [false, true].flatMap((table) => createTrained(shapes, { isTable: () => table }));
  const [whole, table] = both;
  const random = createRandom(3, 'table');
  for (let i = 0; i < whole.value.data.length; i++)
    whole.value.data[i] = i % 7 === 0 ? -0 : random.next() - 0.5;
  table.value.data.set(whole.value.data);
  expect([whole.active, table.active]).toEqual([undefined, new Uint8Array(4)]);

  await using pool = createPool(
    both.map(({ value }) => value),
    1,
  );
  for (const [step, rows] of [[3], [130, 131], [3]].entries()) {
    clearGradient(table);
    whole.gradient.data.fill(0);
    for (const row of rows) {
      markRow(table, row);
      for (let i = row * WIDTH; i < (row + 1) * WIDTH; i++)
        whole.gradient.data[i] = table.gradient.data[i] = random.next() - 0.5;
    }
    expect(gradientNorm([table], pool)).toBe(gradientNorm([whole], pool));
    for (const one of both) adamw([one], { step: step + 1, rate: () => 1e-2, decay: () => 0.1 }, pool);
    // row 131 goes over the end of its stretch
    expect([...table.active!]).toEqual([1, step > 0 ? 1 : 0, 0, 0]);
  }
  const bits = ({ value }: typeof whole): Buffer =>
    Buffer.from(Uint8Array.from(new Uint8Array(value.data.buffer, value.start, value.data.byteLength)));
  expect(bits(table).equals(bits(whole))).toBe(true);

  table.active!.fill(0);
  markRestored(table);
  expect([...table.active!]).toEqual([1, 1, 0, 0]);
});
