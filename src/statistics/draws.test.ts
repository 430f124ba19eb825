import { afterEach, expect, it, vi } from 'vitest';
import { createRandom } from '../ground/random.ts';
import * as webassembly from '../ground/webassembly.ts';
import { createCountsBuilder } from './counts.ts';
import { sumsOfDraws } from './draws.ts';
import { addWeighted, type DistinctRows, distinctRows, sparseColumns } from './rows.ts';

vi.mock('../ground/webassembly.ts', async (original) => ({ ...(await original<typeof webassembly>()) }));
afterEach(() => vi.restoreAllMocks());

const UNITS = 1200;
const WIDTH = 20;

/** Columns of 0 to 9 entries, others of half of the units and one of all of them. */
function table(seed: number): DistinctRows {
  const random = createRandom(seed);
  const builder = createCountsBuilder(WIDTH, UNITS);
  for (let unit = 0; unit < UNITS; unit++) {
    for (let column = 0; column < WIDTH; column++) {
      const isThere = column < 10 ? unit % 120 < column && unit < 120 : random.next() < 0.5;
      builder.add(column, isThere || column === WIDTH - 1 ? random.next() - 0.3 : 0);
    }
    builder.endUnit();
  }
  return distinctRows(builder.finish(), WIDTH);
}

const FACTOR = 1.7;
const drawing = (): ((weights: Float64Array) => number) => {
  const random = createRandom(9);
  return (weights) => {
    for (let i = 0; i < weights.length; i++) weights[i] = random.next();
    return FACTOR;
  };
};

/** Five draws, one after another. */
function expected(tables: readonly DistinctRows[]): Float64Array[][] {
  const draw = drawing();
  return Array.from({ length: 5 }, () => {
    const weights = new Float64Array(tables[0].size);
    draw(weights);
    return tables.map(({ rows }) => {
      const sums = new Float64Array(WIDTH);
      addWeighted(sparseColumns(rows), weights, sums);
      return sums.map((sum) => sum * FACTOR);
    });
  });
}

const drawn = (tables: readonly DistinctRows[]): Float64Array[][] => {
  const next = sumsOfDraws(tables, drawing());
  return Array.from({ length: 5 }, () => next().map((sums) => sums.slice()));
};

it('sums of two weightings at once are those of one after another, to the bit', () => {
  const memory = vi.spyOn(webassembly, 'Memory');
  const tables = [table(1), distinctRows(new Float64Array(UNITS), 1), table(2)];
  expect(drawn(tables)).toEqual(expected(tables).map(([a, , b]) => [a, new Float64Array(1), b]));
  expect(memory).toHaveBeenCalledOnce();
});

it('tables are summed one weighting at a time where there is no memory for a kernel', () => {
  vi.spyOn(webassembly, 'Memory').mockImplementation(function noRoom() {
    throw new RangeError('could not allocate memory');
  });
  expect(drawn([table(1)])).toEqual(expected([table(1)]));
});

it('small tables need no kernel', () => {
  const memory = vi.spyOn(webassembly, 'Memory');
  const next = sumsOfDraws([distinctRows(Float64Array.of(1, 2, 3), 1)], (weights) => weights.fill(1).length);
  expect([next()[0][0], next()[0][0]]).toEqual([18, 18]);
  expect(memory).not.toHaveBeenCalled();
});
