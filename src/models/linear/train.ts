import { EXIT, UserError } from '../../ground/errors.ts';
import type { Training } from '../shared/classifier/labelled.ts';
import { selectRows } from '../shared/features/rows.ts';
import { assignFolds } from '../shared/folds.ts';
import { hasManyLabels, isBinary, type Labelling, targetsOf } from '../shared/labels/labelling.ts';
import { calibrate, crossEntropy, rescale } from '../shared/logistic/crossvalidate.ts';
import { decisions, fitLogistic, type LogisticModel, toProbabilities } from '../shared/logistic/logistic.ts';
import type { LinearParameters } from './parameters.ts';
import { chiSquared, keepBest } from './select.ts';

/** Shares of the columns that cross-validation compares. */
const SHARES = [1, 1 / 2, 1 / 4, 1 / 8, 1 / 16];

export interface Trained {
  readonly logistic: LogisticModel;
  /** Calibrated probabilities of every training example by a model that did not see it; only with `folds`. */
  readonly outOfFold?: Float64Array;
}

/**
 * Fits with all examples. With `folds` of 2 or more, models that each leave one fold out first choose how
 * many columns to keep (where `select` asks for it), by their cross-entropy on what they left out, and then
 * calibrate the final scores.
 */
export async function trainLinear(training: Training<LinearParameters>): Promise<Trained> {
  const { rows, examples, labelling, parameters, onProgress, signal } = training;
  const { outputs, link } = labelling;
  const targets = targetsOf(labelling, examples);
  const rowWeights = weighClasses(parameters.classWeight, labelling, targets);
  const candidates = columnCounts(parameters, rows.width);
  const folds = Math.min(parameters.folds ?? 1, examples.length);
  const fits = folds > 1 ? candidates.length * folds + 1 : 1;
  let done = 0;
  const solve = async (chosen: readonly number[] | undefined, keep: number): Promise<LogisticModel> => {
    const some = chosen ? selectRows(rows, chosen) : rows;
    const right = chosen ? pick(targets, chosen, outputs) : targets;
    const { model } = await fitLogistic({
      rows: keepBest(some, keep < rows.width ? chiSquared(some, right, outputs) : new Float64Array(0), keep),
      outputs,
      link,
      targets: right,
      rowWeights: rowWeights && chosen ? pick(rowWeights, chosen, 1) : rowWeights,
      c: parameters.c,
      tolerance: parameters.tolerance,
      maxIterations: parameters.maxIterations,
      onIteration: (iteration) => onProgress((done + 1 - 1 / (1 + iteration / 50)) / fits),
      signal,
    });
    done++;
    return model;
  };
  if (folds < 2) return { logistic: await solve(undefined, candidates[0]) };

  const foldOf = assignFolds(examples, folds);
  let best: { keep: number; scores: Float64Array; loss: number } | undefined;
  for (const keep of candidates) {
    const scores = new Float64Array(targets.length);
    for (let fold = 0; fold < folds; fold++) {
      const [inside, outside] = [indices(foldOf, (of) => of !== fold), indices(foldOf, (of) => of === fold)];
      if (inside.length === 0 || outside.length === 0) continue;
      const found = decisions(await solve(inside, keep), selectRows(rows, outside));
      outside.forEach((row, i) => {
        scores.set(found.subarray(i * outputs, (i + 1) * outputs), row * outputs);
      });
    }
    const loss = crossEntropy(scores, targets, outputs, link);
    if (!best || loss < best.loss) best = { keep, scores, loss };
  }
  const scale = await calibrate(best!.scores, targets, outputs, link);
  const logistic = rescale(await solve(undefined, best!.keep), scale);
  const calibrated = best!.scores.map((score) => score * scale.slope + scale.offset);
  toProbabilities(calibrated, outputs, link);
  return { logistic, outOfFold: calibrated };
}

/** How many columns to keep; several where cross-validation compares them. */
function columnCounts({ select, features, folds }: LinearParameters, width: number): number[] {
  if (select === 'all') return [features ?? width];
  if (folds !== undefined && features === undefined) return SHARES.map((share) => Math.ceil(width * share));
  throw new UserError(
    'bad-parameter',
    {
      en: 'select of linear can be cross-validated only with folds and without features',
      zh: 'linear 的 select 为 cross-validated 时须给出 folds，且不能给出 features',
    },
    {
      field: 'select',
      hint: {
        en: 'Give --param select=cross-validated,folds=5, or a number of features.',
        zh: '请使用 --param select=cross-validated,folds=5，或用 features 指定特征数。',
      },
      exitCode: EXIT.usage,
    },
  );
}

/** How much more an example of a class of half the size weighs: powers of its size. */
const CLASS_WEIGHTS = { none: 0, root: 0.5, balanced: 1 } as const;

/**
 * Weights of examples by the size of their class: `balanced` gives every class the same weight in total,
 * `root` goes halfway. The mean weight is 1. Sets of labels are not weighted.
 */
function weighClasses(
  choice: keyof typeof CLASS_WEIGHTS,
  labelling: Labelling,
  targets: Float64Array,
): Float64Array | undefined {
  const power = CLASS_WEIGHTS[choice];
  const { task, outputs, labels } = labelling;
  if (power === 0 || hasManyLabels(task)) return undefined;
  const binary = isBinary(labelling) && labels.length === 2;
  const count = targets.length / outputs;
  const classes = Int32Array.from({ length: count }, (_, row) =>
    binary ? targets[row] : targets.subarray(row * outputs, (row + 1) * outputs).indexOf(1),
  );
  const sizes = new Float64Array(labels.length);
  for (const one of classes) sizes[one]++;
  const weights = Float64Array.from(classes, (one) => sizes[one] ** -power);
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / count;
  return weights.map((weight) => weight / mean);
}

const indices = (foldOf: Int32Array, wanted: (fold: number) => boolean): number[] =>
  Array.from(foldOf.keys()).filter((row) => wanted(foldOf[row]));

/** The numbers of the chosen rows, `each` per row. */
function pick(values: Float64Array, chosen: readonly number[], each: number): Float64Array {
  const picked = new Float64Array(chosen.length * each);
  chosen.forEach((row, i) => {
    picked.set(values.subarray(row * each, (row + 1) * each), i * each);
  });
  return picked;
}
