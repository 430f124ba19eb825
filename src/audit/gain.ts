import { bestConstant, chanceScore } from '../scoring/floors.ts';
import { countUnits, groupAnswers, narrowTo } from '../scoring/units.ts';
import { bootstrap } from '../statistics/bootstrap.ts';
import { sumCounts } from '../statistics/counts.ts';
import { bootstrapDifference } from '../statistics/paired.ts';
import { findConvention } from '../tasks/conventions.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';

const SEED = 0;

/** What answers score, compared with answers that need no model. */
export interface Gain {
  readonly convention: string;
  readonly score: number;
  /** The best constant answer; NaN if a family has none. */
  readonly constant: number;
  /** NaN if there is nothing to guess from. */
  readonly chance: number;
  /** 95 % interval of the gain over the better of the two. */
  readonly gain: readonly [low: number, high: number];
}

/** Scores answers to examples under conventions; without those whose score does not add up over units. */
export function measureGains(
  task: Task,
  examples: readonly Example[],
  predictions: readonly (Prediction | undefined)[],
  conventions: readonly string[],
): Gain[] {
  return conventions.flatMap((id): Gain[] => {
    const convention = findConvention(id);
    const metric = convention.metric(task);
    if ('whole' in metric) return [];
    const units = groupAnswers(task, examples, predictions);
    const constant = bestConstant(task, examples, convention);
    const constantScore = constant?.score ?? Number.NaN;
    const chance = chanceScore(task, examples, convention);
    const constantUnits = constant && groupAnswers(task, examples, constant.predictions);
    const narrow = narrowTo(metric, [...units, ...(constantUnits ?? [])]);
    const { width, value, supports } = narrow;
    const counts = countUnits(narrow, units);
    const options = { seed: SEED, supports };
    const ahead = constantUnits
      ? bootstrapDifference(counts, countUnits(narrow, constantUnits), width, value, options)
      : bootstrap(counts, width, value, options);
    const [low, high] = convention.smallerIsBetter ? [-ahead.high, -ahead.low] : [ahead.low, ahead.high];
    // Chance is known without error: where it is the better of the two, the interval of the gain moves down by the rest.
    const sign = convention.smallerIsBetter ? -1 : 1;
    const gap = sign * (orZero(chance) - orZero(constantScore));
    const excess = Number.isNaN(chance) ? 0 : constant ? Math.max(0, gap) : gap;
    return [
      {
        convention: id,
        score: value(sumCounts(counts, width)),
        constant: constantScore,
        chance,
        gain: [low - excess, high - excess],
      },
    ];
  });
}

const orZero = (score: number): number => (Number.isNaN(score) ? 0 : score);
