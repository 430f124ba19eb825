import type { Metric } from './metric.ts';
import { ratio } from './metric.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}

/**
 * What counts as right for a prediction that overlaps a gold entity (SemEval 2013 task 9.1, after MUC-5):
 *
 * - `strict`: boundaries and type; an overlap that is neither is incorrect.
 * - `exact`: boundaries, whatever the type; any other overlap is incorrect.
 * - `partial`: boundaries, whatever the type; any other overlap is half right.
 * - `type`: any overlap of the same type; an overlap of another type is incorrect.
 */
export type MucScheme = 'strict' | 'exact' | 'partial' | 'type';

export const MUC_COUNTS = ['correct', 'incorrect', 'partial', 'missed', 'spurious'] as const;
const [COR, INC, PAR, MIS, SPU] = [0, 1, 2, 3, 4];

const inOrder = (a: Span, b: Span): number =>
  a.start - b.start || a.end - b.end || (a.type < b.type ? -1 : a.type > b.type ? 1 : 0);

/**
 * Adds the MUC counts of one text. Both sides are sorted by start, end, type; then every prediction in turn takes
 * one gold entity that is still free: the first that is right (under `type`: the one with the closest
 * boundaries), else the first that overlaps; nervaluate's procedure. Gold is a set.
 */
export function countMuc(
  gold: readonly Span[],
  predicted: readonly Span[],
  scheme: MucScheme,
  counts: Float64Array,
  offset: number,
): void {
  const golds = [...gold].sort(inOrder).filter((g, i, all) => i === 0 || inOrder(all[i - 1], g) !== 0);
  const free = golds.map(() => true);
  for (const p of [...predicted].sort(inOrder)) {
    let right = -1;
    let distance = Number.POSITIVE_INFINITY;
    let overlapping = -1;
    for (let g = 0; g < golds.length; g++) {
      const { start, end, type } = golds[g];
      if (!free[g] || p.start >= end || p.end <= start) continue;
      const gap = Math.abs(p.start - start) + Math.abs(p.end - end);
      const fits =
        scheme === 'type' ? p.type === type : gap === 0 && (scheme !== 'strict' || p.type === type);
      if (fits && gap < distance) {
        right = g;
        distance = gap;
      } else if (!fits && overlapping < 0) overlapping = g;
    }
    const taken = right >= 0 ? right : overlapping;
    if (taken >= 0) free[taken] = false;
    counts[offset + (right >= 0 ? COR : overlapping < 0 ? SPU : scheme === 'partial' ? PAR : INC)]++;
  }
  for (const stillFree of free) if (stillFree) counts[offset + MIS]++;
}

/** F1 of the MUC counts: P = (correct + partial/2) / predicted, R = (correct + partial/2) / gold. */
export function mucF1<Item>(
  scheme: MucScheme,
  gold: (item: Item) => readonly Span[],
  predicted: (item: Item) => readonly Span[],
): Metric<Item> {
  return {
    width: MUC_COUNTS.length,
    count(unit, counts, offset) {
      for (const item of unit) countMuc(gold(item), predicted(item), scheme, counts, offset);
    },
    value(counts) {
      const { right, possible, actual } = mucTotals(counts);
      return ratio(2 * right, possible + actual);
    },
    details(counts) {
      const { right, possible, actual } = mucTotals(counts);
      return {
        precision: ratio(right, actual),
        recall: ratio(right, possible),
        f1: ratio(2 * right, possible + actual),
        ...Object.fromEntries(MUC_COUNTS.map((name, i) => [name, counts[i]])),
        predicted: actual,
        gold: possible,
      };
    },
  };
}

function mucTotals(counts: Float64Array): { right: number; possible: number; actual: number } {
  const matched = counts[COR] + counts[INC] + counts[PAR];
  return {
    right: counts[COR] + counts[PAR] / 2,
    possible: matched + counts[MIS],
    actual: matched + counts[SPU],
  };
}
