import { deviation } from '../../src/statistics/percentiles.ts';
import type { Pair } from './cells.ts';

export const percent = (share: number): string => (100 * share).toFixed(1);
export const signed = (share: number): string => `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;
export const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
/** Mean and standard deviation over seeds. */
export const spread = (list: readonly number[]): string =>
  list.length > 1 ? `${percent(mean(list))} ± ${percent(deviation(list))}` : percent(list[0]);

/** Score of one arm minus that of another, with its interval. */
export function difference(pairs: readonly Pair[], arm: string, other: string): string {
  for (const { a, b, difference, low, high, p } of pairs) {
    const tail = `, p ${p < 0.001 ? '< 0.001' : p.toFixed(3)}`;
    if (a === arm && b === other) return `${signed(difference)} [${signed(low)}, ${signed(high)}]${tail}`;
    if (b === arm && a === other) return `${signed(-difference)} [${signed(-high)}, ${signed(-low)}]${tail}`;
  }
  return '';
}
