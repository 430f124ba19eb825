import { besides, type SparseCounts, sumCounts } from '../statistics/counts.ts';
import type { Answered } from '../tasks/examples.ts';
import type { System } from './systems.ts';

/** A system with its answers: one list per run, aligned with the examples. */
export interface Answering extends System {
  readonly answers: readonly Answered[][];
}

/** Tables concatenated by column, one row per unit; the list is repeated until there are `times` blocks. */
export const sideBySide = (tables: readonly SparseCounts[], times: number, width: number): SparseCounts =>
  besides(
    Array.from({ length: times }, (_, block) => tables[block % tables.length]),
    width,
  );

export function totals(tables: readonly SparseCounts[], width: number): Float64Array {
  const sums = new Float64Array(tables.length * width);
  tables.forEach((table, run) => {
    sums.set(sumCounts(table, width), run * width);
  });
  return sums;
}

/** Least common multiple: systems with 1 and 3, or 2 and 3 runs are repeated to as many, which changes no mean. */
export function alike(a: number, b: number): number {
  let shared = a;
  while (shared % b !== 0) shared += a;
  return shared;
}
