import { allocateForPairs } from './pair-kernel.ts';
import { addWeighted, type DistinctRows, sparseColumns } from './rows.ts';

/** Tables with fewer entries are summed before a kernel is ready. */
const KERNEL_FROM = 4096;

/** Sums under one or two weightings at a time. */
interface Lanes {
  /** One weight per row, for each weighting. */
  readonly weights: readonly Float64Array[];
  /** The sums of every table, for each weighting. The same arrays every time, overwritten. */
  sum(): readonly (readonly Float64Array[])[];
}

/**
 * The sums of tables under one weighting after another: `draw` fills one weight per row and returns a factor for the sums. It is
 * called ahead, in order. The arrays hold the sums until the next call.
 */
export function sumsOfDraws(
  tables: readonly DistinctRows[],
  draw: (weights: Float64Array) => number,
): () => readonly Float64Array[] {
  const entries = tables.reduce((sum, { rows }) => sum + rows.values.length, 0);
  const { weights, sum } = (entries >= KERNEL_FROM && twoAtATime(tables)) || oneAtATime(tables);
  const factors = new Float64Array(weights.length);
  let ready: readonly (readonly Float64Array[])[] = [];
  let next = 0;
  return () => {
    if (next === ready.length) {
      for (let lane = 0; lane < factors.length; lane++) factors[lane] = draw(weights[lane]);
      ready = sum();
      for (let lane = 0; lane < factors.length; lane++) scale(ready[lane], factors[lane]);
      next = 0;
    }
    return ready[next++];
  };
}

function scale(tables: readonly Float64Array[], factor: number): void {
  for (const sums of tables) for (let i = 0; i < sums.length; i++) sums[i] *= factor;
}

function oneAtATime(tables: readonly DistinctRows[]): Lanes {
  const columns = tables.map(({ rows }) => sparseColumns(rows));
  const weights = new Float64Array(tables[0].size);
  const sums = tables.map(({ width }) => new Float64Array(width));
  const lanes = [sums];
  return {
    weights: [weights],
    sum() {
      for (let t = 0; t < sums.length; t++) addWeighted(columns[t], weights, sums[t].fill(0));
      return lanes;
    },
  };
}

/** The same sums to the bit, in a third of the time. */
function twoAtATime(tables: readonly DistinctRows[]): Lanes | undefined {
  const [{ size }] = tables;
  const entriesAndColumns = (each: number): number =>
    tables.reduce((sum, { rows, width }) => sum + rows.values.length + each * width, 0);
  const memory = allocateForPairs({
    words: entriesAndColumns(1),
    doubles: 2 * size + entriesAndColumns(2),
    arrays: 2 + 4 * tables.length,
  });
  if (!memory) return undefined;
  const { kernel, words, doubles } = memory;
  const weights = [doubles(size), doubles(size)] as const;
  const apart = weights[1].byteOffset - weights[0].byteOffset;
  const parts = tables.map(({ rows, width }) => {
    const entries = words(rows.values.length);
    const values = doubles(rows.values.length);
    const { occupied, starts } = sparseColumns(rows, entries, values);
    for (let i = 0; i < entries.length; i++)
      entries[i] = weights[0].byteOffset + entries[i] * weights[0].BYTES_PER_ELEMENT;
    const ends = words(occupied.length);
    for (let c = 0; c < ends.length; c++)
      ends[c] = entries.byteOffset + starts[c + 1] * entries.BYTES_PER_ELEMENT;
    return { entries, values, occupied, ends, pairs: doubles(2 * occupied.length), width };
  });
  const sums = weights.map(() => parts.map(({ width }) => new Float64Array(width)));
  return {
    weights,
    sum() {
      for (const [t, { entries, values, occupied, ends, pairs }] of parts.entries()) {
        // The kernel's loops run at least once.
        if (ends.length === 0) continue;
        kernel.addWeightedPairs(
          ends.byteOffset,
          ends.byteOffset + ends.byteLength,
          entries.byteOffset,
          values.byteOffset,
          apart,
          pairs.byteOffset,
        );
        const [first, second] = [sums[0][t].fill(0), sums[1][t].fill(0)];
        for (let c = 0; c < occupied.length; c++) {
          first[occupied[c]] = pairs[2 * c];
          second[occupied[c]] = pairs[2 * c + 1];
        }
      }
      return sums;
    },
  };
}
