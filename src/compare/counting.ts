import type { Metric } from '../metrics/metric.ts';
import type { Value } from '../statistics/bootstrap.ts';
import type { Answered } from '../tasks/examples.ts';
import type { System } from './systems.ts';

/** A system with what it answered: one list per run, aligned with the examples. */
export interface Answering extends System {
  readonly answers: readonly Answered[][];
}

/** Tables beside each other, one row per unit; the list is repeated until there are `times` blocks. */
export function sideBySide(tables: readonly Float64Array[], times: number, width: number): Float64Array {
  if (tables.length === 1 && times === 1) return tables[0];
  const units = tables[0].length / width;
  const joined = new Float64Array(units * width * times);
  for (let unit = 0; unit < units; unit++) {
    for (let block = 0; block < times; block++) {
      const row = tables[block % tables.length].subarray(unit * width, (unit + 1) * width);
      joined.set(row, (unit * times + block) * width);
    }
  }
  return joined;
}

/** Score of a system with several runs: the mean of their scores. */
export function meanOverRuns(metric: Metric<Answered>, runs: number): Value {
  if (runs === 1) return metric.value;
  return (sums) => {
    let total = 0;
    for (let run = 0; run < runs; run++)
      total += metric.value(sums.subarray(run * metric.width, (run + 1) * metric.width));
    return total / runs;
  };
}

export function totals(tables: readonly Float64Array[], width: number): Float64Array {
  const sums = new Float64Array(tables.length * width);
  tables.forEach((table, run) => {
    for (let i = 0; i < table.length; i++) sums[run * width + (i % width)] += table[i];
  });
  return sums;
}

/** Least common multiple: systems with 1 and 3, or 2 and 3 runs are repeated to as many, which changes no mean. */
export function alike(a: number, b: number): number {
  let shared = a;
  while (shared % b !== 0) shared += a;
  return shared;
}
