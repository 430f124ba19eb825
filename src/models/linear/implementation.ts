import * as z from 'zod';
import { labelImplementation, type Scorer } from '../shared/classifier/labelled.ts';
import { type LogisticModel, probabilities } from '../shared/logistic/logistic.ts';
import { withParts } from '../shared/parts.ts';
import type { LinearParameters } from './parameters.ts';
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
export const { fit, load } = withParts(labels);

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
