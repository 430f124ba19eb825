import * as z from 'zod';
import type { FamilyId } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fits, FittedModel } from '../contract.ts';
import { labelImplementation, type Scorer } from '../shared/classifier/labelled.ts';
import { type LogisticModel, probabilities } from '../shared/logistic/logistic.ts';
import type { LinearParameters } from './parameters.ts';
import { answerParts, fitParts, mentions, partTask, turns } from './parts.ts';
import { trainLinear } from './train.ts';

const labels = labelImplementation({
  id: 'linear',
  encoding: ({ ngram, minDf, sublinear }: LinearParameters) => ({
    options: { least: 1, most: ngram, minDocuments: minDf, sublinear },
    measured: true,
  }),
  async train(training) {
    const { logistic, outOfFold } = await trainLinear(training);
    return { scorer: scorer(logistic), outOfFold };
  },
  file: { header: z.object({}), arrays: { weights: 'Float32Array', intercepts: 'Float64Array' } },
  rules: (_, width, outputs) => ({ weights: { length: width * outputs }, intercepts: { length: outputs } }),
  open: (_, { weights, intercepts }, { outputs, link }) => scorer({ outputs, link, weights, intercepts }),
});

/** Logistic regression over TF-IDF: see docs/models/linear.md. */
export const fit: Fits<LinearParameters> = {
  ...labels.fit,
  'dialogue-acts': fitParts(turns, labels.fit.classification),
  'mention-status': fitParts(mentions, labels.fit.classification),
};

/** Families that are read part by part. */
const PARTS: Readonly<Partial<Record<FamilyId, (model: FittedModel<'classification'>) => FittedModel>>> = {
  'dialogue-acts': (model) => answerParts(turns, model),
  'mention-status': (model) => answerParts(mentions, model),
};

export async function load(path: string, task: Task): Promise<FittedModel> {
  const whole = PARTS[task.family];
  return whole ? whole(await labels.load(path, partTask(task))) : labels.load(path, task);
}

function scorer(logistic: LogisticModel): Scorer {
  const { outputs, weights, intercepts } = logistic;
  return {
    probabilities: (rows) => probabilities(logistic, rows),
    contributions: ({ columns, values }, output) =>
      Array.from(columns, (column, k) => values[k] * weights[column * outputs + output]),
    header: {},
    arrays: { weights, intercepts },
  };
}
