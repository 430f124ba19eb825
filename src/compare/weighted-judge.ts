import type { Unit } from '../datasets/units.ts';
import type { Reweighted } from '../metrics/metric.ts';
import { wholeResamples } from '../scoring/intervals.ts';
import { minimumDetectableDifference } from '../statistics/power.ts';
import { weightedOverSeeds } from '../statistics/seeds.ts';
import { bootstrapWeighted, testWeighted, type WeightedFigure } from '../statistics/weighted-bootstrap.ts';
import type { Judge, JudgeSettings } from './judge.ts';

/** A run's score as a function of the weights of the units. */
export type WeightedRun = Exclude<Reweighted<never>, { readonly counted: unknown }>;

type Weigh = WeightedFigure['value'];

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Judges by a metric that does not add up over units, such as the area under a curve: both systems of a pair are seen
 * under the same random weights of the units. Scores of two systems are on different scales, so answers cannot be exchanged:
 * the test uses the resampled differences.
 */
export function weightedJudge(
  systems: readonly (readonly WeightedRun[])[],
  units: readonly Unit[],
  { level, resamples: wanted, seed }: JudgeSettings,
): Judge {
  const runs = systems.flat();
  const labelUnits = Math.min(...runs.map((run) => run.labelUnits));
  const resamples = Math.min(wanted, wholeResamples(Math.max(...runs.map(({ cost }) => cost))));
  const options = { level, resamples, seed };
  const scoreOf =
    (system: number): Weigh =>
    (weights) =>
      mean(systems[system].map(({ value }) => value(weights)));
  const figure = (value: Weigh): WeightedFigure => ({ value, units: units.length, labelUnits });
  return {
    test: 'bootstrap',
    resamples,
    score: (system) => scoreOf(system)(new Float64Array(units.length).fill(1)),
    interval: (system) => bootstrapWeighted(figure(scoreOf(system)), options),
    seeds: (system) =>
      systems[system].length > 1
        ? weightedOverSeeds(
            systems[system].map(({ value }) => value),
            units.length,
            options,
          )
        : undefined,
    pair(a, b) {
      const [left, right] = [scoreOf(a), scoreOf(b)];
      const result = testWeighted(
        figure((weights) => left(weights) - right(weights)),
        options,
      );
      return {
        difference: result.interval,
        p: result.p,
        exact: false,
        detectable: minimumDetectableDifference(result.standardError ** 2 / 2, 1, { alpha: 1 - level }),
      };
    },
  };
}
