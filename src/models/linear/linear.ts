import { createPace } from '../../ground/yielder.ts';
import type { Example, Input, Prediction } from '../../tasks/examples.ts';
import type { Text1, Text2 } from '../../tasks/families/shared/types.ts';
import type { Task } from '../../tasks/task.ts';
import type { FitRequest, Parameters, Predictor } from '../contract.ts';
import type { Fits } from '../define.ts';
import { type Encoder, encodeAll, encodeOne } from '../shared/features/encoder.ts';
import { fitPairEncoder, openPairEncoder } from '../shared/features/pairs.ts';
import { fitTextEncoder, openTextEncoder } from '../shared/features/texts.ts';
import {
  answerOf,
  chosenLabels,
  hasThreshold,
  type LabelFamily,
  type Labelling,
  learnLabelling,
  tuneThreshold,
} from '../shared/labels/labelling.ts';
import { type ModelContent, readModelFile, sizeOf, writeModelFile } from '../shared/modelfile.ts';
import { explainLabels } from './explain.ts';
import { type LogisticModel, probabilities } from './logistic.ts';
import { trainLinear } from './train.ts';

/** What a fitted model is, whatever its family. */
interface Linear {
  readonly labelling: Labelling;
  readonly encoder: Encoder<Input<LabelFamily>>;
  readonly logistic: LogisticModel;
}

/** Inputs are encoded and scored so many at a time: progress shows and Ctrl-C works. */
const BATCH = 512;

export const fits: Fits = {
  similarity: fitLinear,
  inference: fitLinear,
  classification: fitLinear,
  multilabel: fitLinear,
};

async function fitLinear<F extends LabelFamily>(request: FitRequest<F>): Promise<Predictor<F>> {
  const { task, parameters, onProgress, signal } = request;
  const train = request.train as readonly Example<LabelFamily>[];
  const dev = request.dev as readonly Example<LabelFamily>[];
  const pace = createPace(signal);
  const inputs = train.map(({ input }) => input);
  const encoder = fitEncoder(task, inputs, parameters);
  const rows = await encodeAll(encoder, inputs, pace);
  onProgress?.(0.1);
  const labelling = learnLabelling(task, train);
  const { logistic, outOfFold } = await trainLinear({
    rows,
    examples: train,
    labelling,
    parameters,
    onProgress: (share) => onProgress?.(0.1 + 0.85 * share),
    signal,
  });
  let tuned = labelling;
  if (parameters['tune-threshold'] && hasThreshold(labelling)) {
    if (dev.length > 0) {
      const devInputs = dev.map(({ input }) => input);
      tuned = tuneThreshold(
        labelling,
        dev,
        probabilities(logistic, await encodeAll(encoder, devInputs, pace)),
      );
    } else if (outOfFold) tuned = tuneThreshold(labelling, train, outOfFold);
  }
  onProgress?.(1);
  return predictor({ labelling: tuned, encoder, logistic }) as unknown as Predictor<F>;
}

const isPairTask = ({ family }: Task): boolean => family === 'similarity' || family === 'inference';

function fitEncoder(
  task: Task,
  inputs: readonly Input<LabelFamily>[],
  parameters: Parameters,
): Linear['encoder'] {
  const options = {
    least: 1,
    most: Number(parameters.ngram),
    minDocuments: Number(parameters['min-df']),
    sublinear: Boolean(parameters.sublinear),
  };
  const encoder = isPairTask(task)
    ? fitPairEncoder(inputs as readonly Text2[], options)
    : fitTextEncoder(inputs as readonly Text1[], options);
  return encoder as Linear['encoder'];
}

function predictor(linear: Linear): Predictor<LabelFamily> {
  const { encoder, logistic, labelling } = linear;
  const { outputs } = labelling;
  const content = packLinear(linear);
  return {
    bytes: sizeOf(content),
    async predict(inputs, onProgress) {
      const pace = createPace();
      const answers: Prediction<LabelFamily>[] = [];
      for (let start = 0; start < inputs.length; start += BATCH) {
        const batch = inputs.slice(start, start + BATCH);
        const scores = probabilities(logistic, await encodeAll(encoder, batch, pace));
        batch.forEach((_, row) => {
          answers.push(answerOf(labelling, scores.subarray(row * outputs, (row + 1) * outputs)));
        });
        onProgress?.(answers.length / inputs.length);
      }
      return answers;
    },
    save: (file) => writeModelFile(file, 'linear', content),
    explain(input) {
      const rows = encodeOne(encoder, input);
      const scores = probabilities(logistic, rows);
      const chosen = chosenLabels(answerOf(labelling, scores));
      return explainLabels(labelling.labels, outputs, chosen, scores, (output) =>
        Array.from(rows.columns, (column, k) => ({
          name: encoder.name(column),
          push: rows.values[k] * logistic.weights[column * outputs + output],
        })),
      );
    },
  };
}

function packLinear({ labelling, encoder, logistic }: Linear): ModelContent {
  const { header, arrays } = encoder.pack();
  const { weights, intercepts } = logistic;
  const { task, ...rest } = labelling;
  return {
    header: { family: task.family, labelling: rest, encoder: header },
    arrays: { ...arrays, weights, intercepts },
  };
}

/** Reads a model that `save` wrote. UserError if the file is damaged or of another kind. */
export async function load(file: string, task: Task): Promise<Predictor> {
  const { header, arrays } = await readModelFile(file, 'linear', task.family);
  const content = { header: header.encoder as Record<string, unknown>, arrays };
  const encoder = isPairTask(task) ? openPairEncoder(content) : openTextEncoder(content);
  const labelling = { ...(header.labelling as Omit<Labelling, 'task'>), task };
  const { outputs, link } = labelling;
  return predictor({
    labelling,
    encoder: encoder as Linear['encoder'],
    logistic: {
      outputs,
      link,
      weights: arrays.weights as Float32Array,
      intercepts: arrays.intercepts as Float64Array,
    },
  }) as unknown as Predictor;
}
