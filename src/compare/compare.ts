import { type Unit, unitsOf } from '../datasets/units.ts';
import type { OpenedRun } from '../evaluation/opened.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import type { Metric, WholeMetric } from '../metrics/metric.ts';
import { weighable } from '../scoring/intervals.ts';
import { answered } from '../scoring/units.ts';
import { rankGroups } from '../statistics/groups.ts';
import { DEFAULT_LEVEL, DEFAULT_RESAMPLES } from '../statistics/interval.ts';
import type { Answered } from '../tasks/examples.ts';
import type { ComparedPair, ComparedSystem, CompareOptions, Comparison } from './comparison.ts';
import { conventionOf } from './convention.ts';
import { countedJudge } from './counted-judge.ts';
import type { Answering } from './counting.ts';
import { expenseOf } from './expense.ts';
import type { Judge, JudgeSettings } from './judge.ts';
import { noticesOf } from './notices.ts';
import { comparePairs } from './pairs.ts';
import { gatherSystems, type System } from './systems.ts';
import { weightedJudge } from './weighted-judge.ts';

const DEFAULT_SEED = 1;
const DEFAULT_ITEMS = 10;

/**
 * Compares runs of one task and split. Throws a UserError for runs that cannot be compared.
 *
 * @example
 * ```ts
 * import { compareRuns, evaluate, findTask, openRuns, samplesDir } from 'chineseblue';
 *
 * const [task, dataDir] = [findTask('cMedIC'), samplesDir()];
 * const linear = await evaluate({ task, model: 'linear', dataDir });
 * const majority = await evaluate({ task, model: 'majority', dataDir });
 * const runs = await openRuns([linear.directory, majority.directory], { dataDir });
 * const { systems, pairs } = compareRuns(runs, { items: 0 });
 * systems.map(({ name, groups }) => [name, groups]); // [['linear', 'a'], ['majority', 'b']]
 * pairs[0].better; // 'linear'
 * console.log(pairs[0].difference, pairs[0].adjusted);
 * ```
 */
export function compareRuns(runs: readonly OpenedRun[], options: CompareOptions = {}): Comparison {
  const { level = DEFAULT_LEVEL, resamples = DEFAULT_RESAMPLES } = options;
  const { seed = DEFAULT_SEED, items = DEFAULT_ITEMS } = options;
  const systems = gatherSystems(runs);
  const { task, examples, record } = runs[0];
  const convention = conventionOf(runs[0], options.convention);
  const units = unitsOf(examples);
  const answering = systems.map((system): Answering => ({ ...system, answers: answersOf(system) }));
  const sign = convention.smallerIsBetter ? -1 : 1;
  const judge = judgeOf(convention.metric(task), answering, units, { level, resamples, seed });
  const pairs = comparePairs(answering, { judge, sign, units, level, items });
  return {
    schema: 'chineseblue/comparison@2',
    task: task.id,
    split: record.split,
    synthetic: record.synthetic,
    convention: convention.id,
    level,
    resamples: judge.resamples,
    seed,
    test: judge.test,
    examples: examples.length,
    units: units.length,
    systems: rankSystems(answering, pairs, judge, sign),
    pairs,
    notices: noticesOf(runs, units),
  };
}

const answersOf = ({ runs }: System): Answered[][] =>
  runs.map(({ task, examples, predictions }) => answered(task, examples, predictions));

/** How a metric judges: by counts where it adds up over units of these systems, else under weights of the units. */
function judgeOf(
  metric: Metric<Answered> | WholeMetric<Answered>,
  systems: readonly Answering[],
  units: readonly Unit[],
  settings: JudgeSettings,
): Judge {
  if (!('whole' in metric)) return countedJudge(metric, systems, units, settings);
  const grouped = (list: readonly Answered[]): Answered[][] => units.map((unit) => unit.map((i) => list[i]));
  // Prepared for the answers of all systems, so that all count in the same columns.
  const joint = metric.reweighted(systems.flatMap(({ answers }) => answers.flatMap(grouped)));
  if ('counted' in joint) return countedJudge(joint.counted, systems, units, settings);
  const runs = systems.map((system) =>
    system.answers.map((list, run) => {
      refuseWithoutScore(metric.whole(list), system.runs[run]);
      return weighable(metric.reweighted(grouped(list)));
    }),
  );
  return weightedJudge(runs, units, settings);
}

function refuseWithoutScore(score: number, { directory, record }: OpenedRun): void {
  if (!Number.isNaN(score)) return;
  throw new UserError(
    'not-comparable',
    {
      en: `${record.model.id} has no score under this convention: it gave no label scores, or gold has one label only`,
      zh: `${record.model.id} 在该口径下没有得分：它未给出标签分数，或金标只有一种标签`,
    },
    {
      file: directory,
      field: 'convention',
      hint: {
        en: 'Compare under a convention for which every run has a score.',
        zh: '请使用各运行都有得分的口径。',
      },
      exitCode: EXIT.usage,
    },
  );
}

/** Systems with their scores, best first; those that do not differ significantly share a letter. */
function rankSystems(
  systems: readonly Answering[],
  pairs: readonly ComparedPair[],
  judge: Judge,
  sign: 1 | -1,
): ComparedSystem[] {
  const scores = systems.map((_, i) => judge.score(i));
  const different = new Set(
    pairs.filter(({ better }) => better !== null).map(({ a, b }) => JSON.stringify([a, b].sort())),
  );
  const ranked = rankGroups(
    scores.map((score) => sign * score),
    (i, j) => different.has(JSON.stringify([systems[i].name, systems[j].name].sort())),
  );
  return ranked.map(({ system, groups, rank }): ComparedSystem => {
    const { name, runs } = systems[system];
    const seeds = judge.seeds(system);
    return {
      name,
      runs: runs.map((run) => run.record.id),
      model: runs[0].record.model.id,
      score: scores[system],
      interval: judge.interval(system),
      ...(seeds && { seeds }),
      groups,
      rank,
      coverage: runs[0].scores.coverage,
      ...expenseOf(runs.map((run) => run.record)),
    };
  });
}
