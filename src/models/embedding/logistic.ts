import { assignFolds } from '../shared/folds.ts';
import { targetsOf } from '../shared/labels/labelling.ts';
import { crossEntropy } from '../shared/logistic/crossvalidate.ts';
import {
  type DenseModel,
  denseProbabilities,
  denseScores,
  openDenseSolver,
} from '../shared/logistic/dense.ts';
import type { Features, HeadRequest, LabelHead } from './labels.ts';

/** Inverse strengths of the penalty that are compared, strongest penalty first: each fit starts from the one before. */
const STRENGTHS = [1e-4, 4e-4, 16e-4, 64e-4, 256e-4, 0.1, 0.4];
/** Folds of the comparison where there is no dev. */
const FOLDS = 5;

/**
 * Logistic regression on standardised features. The penalty is the one with the least cross-entropy on dev, or on what
 * cross-validation leaves out of train where there is no dev.
 */
export async function fitLogisticHead({
  features,
  dev,
  labelling,
  request,
}: HeadRequest): Promise<LabelHead> {
  const { train, dev: devExamples, parameters, signal, onProgress } = request;
  const { outputs, link } = labelling;
  const targets = targetsOf(labelling, train);
  const { threads } = parameters;
  const { width } = features;
  const solve = async (rows: Features, own: Float64Array, strengths: readonly number[]) => {
    const solver = await openDenseSolver({ ...rows, outputs, link, targets: own, threads });
    const models: DenseModel[] = [];
    for (const c of strengths) models.push(await solver.fit({ c, start: models.at(-1), signal }));
    await solver.release();
    return models;
  };
  const lossOf = (model: DenseModel, rows: Features, own: Float64Array): number =>
    crossEntropy(denseScores(model, rows.values), own, outputs, link);
  if (devExamples.length > 0) {
    const models = await solve(features, targets, STRENGTHS);
    const devTargets = targetsOf(labelling, devExamples);
    return logisticHead(models[leastOf(models.map((model) => lossOf(model, dev, devTargets)))]);
  }
  const folds = Math.min(FOLDS, train.length);
  const losses = STRENGTHS.map(() => 0);
  if (folds > 1) {
    const foldOf = assignFolds(train, folds);
    for (let fold = 0; fold < folds; fold++) {
      const part = (inside: boolean): { rows: Features; own: Float64Array } => {
        const chosen = [...foldOf.keys()].filter((row) => (foldOf[row] !== fold) === inside);
        const values = new Float32Array(chosen.length * width);
        const own = new Float64Array(chosen.length * outputs);
        for (const [i, row] of chosen.entries()) {
          values.set(features.values.subarray(row * width, (row + 1) * width), i * width);
          own.set(targets.subarray(row * outputs, (row + 1) * outputs), i * outputs);
        }
        return { rows: { width, values }, own };
      };
      const [inside, outside] = [part(true), part(false)];
      if (inside.own.length === 0 || outside.own.length === 0) continue;
      for (const [i, model] of (await solve(inside.rows, inside.own, STRENGTHS)).entries())
        losses[i] += lossOf(model, outside.rows, outside.own) * outside.own.length;
      onProgress?.(0.8 + (0.15 * (fold + 1)) / folds);
    }
  }
  const models = await solve(features, targets, STRENGTHS.slice(0, leastOf(losses) + 1));
  return logisticHead(models.at(-1)!);
}

const leastOf = (losses: readonly number[]): number => losses.indexOf(Math.min(...losses));

export function logisticHead(model: DenseModel): LabelHead {
  const { width, outputs, link, weights, intercepts } = model;
  return {
    scores: async ({ values }) => denseProbabilities(model, values),
    content: { header: { head: 'logistic', width, outputs, link }, arrays: { weights, intercepts } },
  };
}
