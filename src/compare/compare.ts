import { type Unit, unitsOf } from '../datasets/units.ts';
import type { OpenedRun } from '../evaluation/opened.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Coverage } from '../scoring/coverage.ts';
import { answered, countUnits } from '../scoring/units.ts';
import { bootstrap } from '../statistics/bootstrap.ts';
import { rankGroups } from '../statistics/groups.ts';
import { holm } from '../statistics/holm.ts';
import { unitVariance } from '../statistics/influence.ts';
import { DEFAULT_LEVEL, DEFAULT_RESAMPLES, type Interval } from '../statistics/interval.ts';
import { type McNemar, mcnemar } from '../statistics/mcnemar.ts';
import { difference, pairCounts, swapEffects, type WinTieLoss, winTieLoss } from '../statistics/paired.ts';
import { permutationTest } from '../statistics/permutation.ts';
import { minimumDetectableDifference } from '../statistics/power.ts';
import { overSeeds, type SeedSummary } from '../statistics/seeds.ts';
import type { Convention } from '../tasks/convention.ts';
import type { Answered } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import { alike, meanOverRuns, sideBySide, totals } from './counting.ts';
import { gatherSystems, type System } from './systems.ts';

export interface CompareOptions {
  /** Id of a convention of the family. Default: the task's primary one. */
  readonly convention?: string;
  /** Default 0.95. Systems differ where the adjusted p is below 1 - level. */
  readonly level?: number;
  readonly resamples?: number;
  readonly seed?: number;
  /** How many of the items that differ most are listed, a pair. Default 10. */
  readonly items?: number;
}

export interface ComparedSystem {
  readonly name: string;
  /** Ids, one a seed. */
  readonly runs: readonly string[];
  readonly model: string;
  /** Mean over seeds. */
  readonly score: number;
  /** Over items; the seeds are these. */
  readonly interval: Interval;
  /** Where there are several. */
  readonly seeds?: SeedSummary;
  /** Letters: systems that share one do not differ significantly. */
  readonly groups: string;
  readonly rank: readonly [best: number, worst: number];
  /** Of the first run. */
  readonly coverage: Coverage;
}

export interface DifferingItem {
  readonly ids: readonly string[];
  /** What the item is worth: positive where `a` did better. */
  readonly effect: number;
  readonly text: string;
  readonly gold: string;
  readonly a: string;
  readonly b: string;
}

export interface ComparedPair {
  readonly a: string;
  readonly b: string;
  /** Score of `a` minus score of `b`. */
  readonly difference: Interval;
  /** Paired permutation test, two-sided. */
  readonly p: number;
  /** Whether every exchange was tried. */
  readonly exact: boolean;
  /** p after Holm's correction over all pairs. */
  readonly adjusted: number;
  /** The better system where the adjusted p decides, else null. */
  readonly better: string | null;
  /** By item, seen from `a`. */
  readonly items: WinTieLoss;
  /** Smallest true difference that a test on these items would find four times out of five. */
  readonly detectable: number;
  /** On right and wrong examples; where the family has an accuracy and both systems have one run. */
  readonly mcnemar?: McNemar;
  readonly most: readonly DifferingItem[];
}

/** What `chineseblue compare --json` prints. */
export interface Comparison {
  readonly schema: 'chineseblue/comparison@2';
  readonly task: string;
  readonly split: string;
  readonly synthetic: boolean;
  readonly convention: string;
  readonly level: number;
  readonly resamples: number;
  readonly seed: number;
  readonly examples: number;
  /** Independent units: what is resampled and exchanged. */
  readonly units: number;
  /** Best first. */
  readonly systems: readonly ComparedSystem[];
  readonly pairs: readonly ComparedPair[];
  /** What limits the comparison. */
  readonly notices: readonly Text[];
}

const DEFAULT_SEED = 1;
const DEFAULT_ITEMS = 10;
/** Effects that differ by less than one part in this many are equal. */
const ROUNDING = 1e12;
const ACCURACY = /\/accuracy@\d+$/;

/** A system's counts, with one block of columns a run. */
interface Counted extends System {
  readonly answers: readonly Answered[][];
  /** One units × width table a run. */
  readonly counts: readonly Float64Array[];
}

/** Compares runs of one task and split. Throws a UserError for runs that cannot be compared. */
export function compareRuns(runs: readonly OpenedRun[], options: CompareOptions = {}): Comparison {
  const {
    level = DEFAULT_LEVEL,
    resamples = DEFAULT_RESAMPLES,
    seed = DEFAULT_SEED,
    items = DEFAULT_ITEMS,
  } = options;
  const systems = gatherSystems(runs);
  const { task, examples, record } = runs[0];
  const convention = conventionOf(runs[0], options.convention);
  const metric = additive(convention, runs[0]);
  const sign = convention.smallerIsBetter ? -1 : 1;
  const units = unitsOf(examples);
  const counted = systems.map((system): Counted => {
    const answers = system.runs.map((run) => answered(task, examples, run.predictions));
    return {
      ...system,
      answers,
      counts: answers.map((list) =>
        countUnits(
          metric,
          units.map((unit) => unit.map((i) => list[i])),
        ),
      ),
    };
  });
  const settings = { level, resamples, seed };
  const pairs = everyPair(counted).map(([a, b]) => {
    const shared = alike(a.counts.length, b.counts.length);
    const width = metric.width * shared;
    const value = meanOverRuns(metric, shared);
    const [left, right] = [a, b].map(({ counts }) => sideBySide(counts, shared, metric.width));
    const test = permutationTest(left, right, width, value, { permutations: resamples, seed });
    const effects = swapEffects(left, right, width, value).map((effect) => sign * effect);
    const paired = pairCounts(left, right, width);
    const apart = difference(value, width);
    return {
      a: a.name,
      b: b.name,
      difference: bootstrap(paired, 2 * width, apart, settings),
      p: test.p,
      exact: test.exact,
      items: winTieLoss(effects),
      // A paired difference varies as one score does: half of what two independent scores would.
      detectable: minimumDetectableDifference(unitVariance(paired, 2 * width, apart) / 2, units.length, {
        alpha: 1 - level,
      }),
      mcnemar: rightOrWrong(a, b),
      most: mostDiffering(effects, units, items, a, b),
    };
  });
  const adjusted = holm(pairs.map(({ p }) => p));
  const decided = pairs.map((pair, i): ComparedPair => {
    const differs = adjusted[i] < 1 - level;
    const ahead = sign * pair.difference.estimate > 0 ? pair.a : pair.b;
    return { ...pair, adjusted: adjusted[i], better: differs ? ahead : null };
  });
  const scores = counted.map(({ counts }) =>
    meanOverRuns(metric, counts.length)(totals(counts, metric.width)),
  );
  const differ = (i: number, j: number): boolean =>
    decided.some(
      ({ a, b, better }) =>
        better !== null && [a, b].includes(counted[i].name) && [a, b].includes(counted[j].name),
    );
  const ranked = rankGroups(
    scores.map((score) => sign * score),
    differ,
  );
  return {
    schema: 'chineseblue/comparison@2',
    task: task.id,
    split: record.split,
    synthetic: record.synthetic,
    convention: convention.id,
    ...settings,
    examples: examples.length,
    units: units.length,
    systems: ranked.map(({ system, groups, rank }): ComparedSystem => {
      const { name, runs, counts } = counted[system];
      const value = meanOverRuns(metric, counts.length);
      return {
        name,
        runs: runs.map((run) => run.record.id),
        model: runs[0].record.model.id,
        score: scores[system],
        interval: bootstrap(
          sideBySide(counts, counts.length, metric.width),
          counts.length * metric.width,
          value,
          settings,
        ),
        ...(counts.length > 1 && {
          seeds: overSeeds(counts, metric.width, metric.value, { resamples, seed }),
        }),
        groups,
        rank,
        coverage: runs[0].scores.coverage,
      };
    }),
    pairs: decided,
    notices: noticesOf(runs, units),
  };
}

function conventionOf({ task }: OpenedRun, id: string = task.primary): Convention {
  const { conventions } = familyOf(task);
  const found = conventions.find((convention) => convention.id === id);
  if (found) return found;
  throw new UserError('unknown-convention', `${task.id} has no convention ${id}`, {
    field: 'convention',
    hint: `Known: ${conventions.map((convention) => convention.id).join(', ')}.`,
    exitCode: EXIT.usage,
  });
}

function additive(convention: Convention, { task }: OpenedRun): Metric<Answered> {
  const metric = convention.metric(task);
  if (!('whole' in metric)) return metric;
  const others = familyOf(task).conventions.filter(({ metric }) => !('whole' in metric(task)));
  throw new UserError(
    'not-additive',
    `${convention.id} does not add up over items, so no pair of runs can be tested on it`,
    {
      field: 'convention',
      hint: `These do: ${others.map(({ id }) => id).join(', ')}.`,
      exitCode: EXIT.usage,
    },
  );
}

const everyPair = <T>(list: readonly T[]): [T, T][] =>
  list.flatMap((a, i) => list.slice(i + 1).map((b): [T, T] => [a, b]));

function rightOrWrong(a: Counted, b: Counted): McNemar | undefined {
  const { task } = a.runs[0];
  const accuracy = familyOf(task).conventions.find(({ id }) => ACCURACY.test(id));
  const metric = accuracy?.metric(task);
  if (!metric || 'whole' in metric || a.answers.length > 1 || b.answers.length > 1) return undefined;
  const isRight = (answer: Answered): boolean => {
    const counts = new Float64Array(metric.width);
    metric.count([answer], counts, 0);
    return metric.value(counts) === 1;
  };
  let onlyA = 0;
  let onlyB = 0;
  a.answers[0].forEach((answer, i) => {
    const [left, right] = [isRight(answer), isRight(b.answers[0][i])];
    if (left && !right) onlyA++;
    if (right && !left) onlyB++;
  });
  return mcnemar(onlyA, onlyB);
}

/** The units with the largest effects, largest first; equal ones in the order of the corpus. */
function mostDiffering(
  effects: Float64Array,
  units: readonly Unit[],
  limit: number,
  a: Counted,
  b: Counted,
): DifferingItem[] {
  const size = (unit: number): number => Math.round(Math.abs(effects[unit]) * ROUNDING);
  const order = Array.from(effects.keys())
    .filter((unit) => size(unit) > 0)
    .sort((i, j) => size(j) - size(i) || i - j);
  const { examples, task } = a.runs[0];
  const { brief, texts } = familyOf(task);
  return order.slice(0, limit).map((index) => {
    const members = units[index];
    const lines = (of: (member: number) => string): string => members.map(of).join(' | ');
    const answer = (system: Counted) => (i: number) =>
      system.runs
        .map(({ predictions: { [i]: prediction } }) =>
          prediction ? brief(prediction, examples[i].input) : '–',
        )
        .join(' / ');
    return {
      ids: members.map((i) => examples[i].id),
      effect: effects[index],
      text: lines((i) => texts(examples[i].input).join(' ‖ ')),
      gold: lines((i) => brief(examples[i].gold, examples[i].input)),
      a: lines(answer(a)),
      b: lines(answer(b)),
    };
  });
}

function noticesOf(runs: readonly OpenedRun[], units: readonly Unit[]): Text[] {
  const notices: Text[] = [];
  const [{ examples, record }] = runs;
  if (record.synthetic) {
    notices.push({
      en: 'The corpus is a synthetic sample: the comparison says nothing about real text.',
      zh: '语料为合成样例：比较结果不代表真实文本。',
    });
  }
  if (units.length < examples.length) {
    notices.push({
      en: `${examples.length} examples are ${units.length} independent units: intervals and the permutation test treat units, McNemar's test examples, as independent.`,
      zh: `${examples.length} 个样本构成 ${units.length} 个独立单元：区间与置换检验以单元为独立，McNemar 检验以样本为独立。`,
    });
  }
  const training = ({ record: { corpus, splitRule } }: OpenedRun): string =>
    JSON.stringify([splitRule, corpus.map(({ path, sha256 }) => [path, sha256]).sort()]);
  if (runs.some((run) => training(run) !== training(runs[0]))) {
    notices.push({
      en: 'The systems did not learn from the same training data: a difference may come from there.',
      zh: '各系统的训练数据不同：差异可能由此而来。',
    });
  }
  return notices;
}
