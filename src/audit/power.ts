import { countUnits, groupAnswers, narrowTo } from '../scoring/units.ts';
import { unitVariance } from '../statistics/influence.ts';
import { minimumDetectableDifference } from '../statistics/power.ts';
import { findConvention } from '../tasks/conventions.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import type { SplitName, Task } from '../tasks/task.ts';

/** How alike two systems' errors are assumed to be: as alike as those of two fine-tuned models usually are. */
export const ASSUMED_CORRELATION = 0.5;

/** What a difference of two scores on one split must reach to be found with 80 % power at 5 %. */
export interface PowerRow {
  readonly split: SplitName;
  readonly convention: string;
  readonly units: number;
  /** Of two systems whose errors have nothing in common, in the unit of the metric. */
  readonly independent: number;
  /** Of two systems whose errors correlate by `ASSUMED_CORRELATION`. */
  readonly paired: number;
}

/** A gap between two published scores, with the difference that their split can detect. */
export interface PublishedGap {
  readonly models: readonly [string, string];
  readonly gap: number;
  readonly detectable: number;
  readonly convention: string;
  readonly split: SplitName;
}

/**
 * Smallest differences that a split shows, from the spread over units of a given system's answers. These may be
 * answers to a sample of whole units: `units` is how many the split has. None if all units score
 * the same, or there is only one: such answers say nothing about the spread of other systems.
 */
export function powerOf(
  task: Task,
  split: SplitName,
  answered: {
    readonly examples: readonly Example[];
    readonly predictions: readonly (Prediction | undefined)[];
  },
  conventions: readonly string[],
  units: number,
): PowerRow[] {
  const sampled = groupAnswers(task, answered.examples, answered.predictions);
  return conventions.flatMap((convention) => {
    const wide = findConvention(convention).metric(task);
    if ('whole' in wide) return [];
    const metric = narrowTo(wide, sampled);
    const variance = unitVariance(countUnits(metric, sampled), metric.width, metric.value);
    if (!(variance > 0)) return [];
    return [
      {
        split,
        convention,
        units,
        independent: minimumDetectableDifference(variance, units),
        paired: minimumDetectableDifference(variance, units, { correlation: ASSUMED_CORRELATION }),
      },
    ];
  });
}

/** The gap between the two published models of a task, where a rule of ours computes the same number. */
export function publishedGap(task: Task, rows: readonly PowerRow[]): PublishedGap | undefined {
  const [first, second] = task.published;
  const rule = first?.rule;
  if (!second || !rule) return undefined;
  const row = rows.find(({ split, convention }) => split === rule.split && convention === rule.convention);
  if (!row) return undefined;
  return {
    models: [first.model, second.model],
    gap: Math.abs(second.value - first.value) / 100,
    detectable: row.paired,
    ...rule,
  };
}
