import { normalSurvival } from './normal.ts';
import { binomialMasses } from './permutation.ts';

export interface McNemar {
  /** Items that only the first system got right. */
  readonly onlyA: number;
  /** Items that only the second system got right. */
  readonly onlyB: number;
  /** Two-sided exact binomial p: the one to report. */
  readonly exact: number;
  /** χ² with one degree of freedom and Edwards' continuity correction. */
  readonly chiSquare: number;
  readonly chiSquareP: number;
}

/** McNemar's test on discordant pairs (McNemar 1947; Edwards 1948). No discordant pair: p = 1. */
export function mcnemar(onlyA: number, onlyB: number): McNemar {
  const n = onlyA + onlyB;
  const masses = binomialMasses(n);
  let tail = 0;
  for (let k = 0; k <= Math.min(onlyA, onlyB); k++) tail += masses[k];
  const chiSquare = n === 0 ? 0 : Math.max(0, Math.abs(onlyA - onlyB) - 1) ** 2 / n;
  return {
    onlyA,
    onlyB,
    exact: Math.min(1, 2 * tail),
    chiSquare,
    chiSquareP: Math.min(1, 2 * normalSurvival(Math.sqrt(chiSquare))),
  };
}
