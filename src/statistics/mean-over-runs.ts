import type { Value } from './bootstrap.ts';

/** The mean of the scores of several runs, whose counts are concatenated in the sums: one block of `width` per run. */
export function meanOverRuns(
  { width, value }: { readonly width: number; readonly value: Value },
  runs: number,
): Value {
  if (runs === 1) return value;
  return (sums) => {
    let total = 0;
    for (let run = 0; run < runs; run++) total += value(sums.subarray(run * width, (run + 1) * width));
    return total / runs;
  };
}
