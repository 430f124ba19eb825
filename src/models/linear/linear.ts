import type { Example, Input, LabelPrediction, Prediction, Text1, Text2 } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import { type Encoder, encodeAll, encodeOne } from '../features/encoder.ts';
import { fitPairEncoder, openPairEncoder } from '../features/pairs.ts';
import { fitTextEncoder, openTextEncoder } from '../features/texts.ts';
import type { Fits } from '../kind.ts';
import type { FitRequest, Parameters, Predictor } from '../model.ts';
import { type ModelContent, readModelFile, sizeOf, writeModelFile } from '../modelfile.ts';
import { createPace } from '../pace.ts';
import { explainRow } from './explain.ts';
import { scoresByLabel, sortedLabels } from './labels.ts';
import { fitLogistic, type LogisticModel, probabilities } from './logistic.ts';
import { bestThreshold } from './threshold.ts';

type LinearFamily = 'similarity' | 'inference' | 'classification' | 'multilabel';

/** What a fitted model is, whatever its family. */
interface Linear {
  readonly task: Task;
  readonly encoder: Encoder<Input<LinearFamily>>;
  /** In the order of the outputs; two labels that exclude each other have one output, for the second. */
  readonly labels: readonly string[];
  readonly logistic: LogisticModel;
  /** Of the second of two labels, or of every label of a multilabel task. */
  readonly threshold: number;
}

/** Inputs are encoded and scored so many at a time: progress shows and Ctrl-C works. */
const BATCH = 512;
const EVEN = 0.5;

export const fits: Fits = {
  similarity: fitLinear,
  inference: fitLinear,
  classification: fitLinear,
  multilabel: fitLinear,
};

async function fitLinear<F extends LinearFamily>(request: FitRequest<F>): Promise<Predictor<F>> {
  const { task, dev, parameters, onProgress, signal } = request;
  const train = request.train as readonly Example<LinearFamily>[];
  const pace = createPace(signal);
  const inputs = train.map(({ input }) => input);
  const encoder = fitEncoder(task, inputs, parameters);
  const rows = await encodeAll(encoder, inputs, pace);
  onProgress?.(0.1);

  const labels = sortedLabels(train.flatMap(goldLabels));
  const exclusive = task.family !== 'multilabel';
  const binary = exclusive && labels.length === 2;
  const outputs = binary ? 1 : labels.length;
  const indexOf = new Map(labels.map((label, k) => [label, binary ? k - 1 : k]));
  const targets = new Float64Array(train.length * outputs);
  train.forEach((example, row) => {
    for (const label of goldLabels(example)) {
      const k = indexOf.get(label)!;
      if (k >= 0) targets[row * outputs + k] = 1;
    }
  });
  const { model: logistic } = await fitLogistic({
    rows,
    outputs,
    link: exclusive && !binary ? 'softmax' : 'sigmoid',
    targets,
    c: Number(parameters.c),
    tolerance: Number(parameters.tolerance),
    maxIterations: Number(parameters['max-iterations']),
    onIteration: (iteration) => onProgress?.(0.1 + 0.85 * (1 - 1 / (1 + iteration / 50))),
    signal,
  });
  const untuned: Linear = { task, encoder, labels, logistic, threshold: EVEN };
  const tuned = parameters['tune-threshold'] ? await tuneThreshold(untuned, dev, pace) : untuned;
  onProgress?.(1);
  return predictor(tuned) as unknown as Predictor<F>;
}

function goldLabels({ gold }: Example<LinearFamily>): readonly string[] {
  return 'labels' in gold ? gold.labels : [gold.label];
}

const isPairTask = ({ family }: Task): boolean => family === 'similarity' || family === 'inference';

function fitEncoder(
  task: Task,
  inputs: readonly Input<LinearFamily>[],
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

/** The threshold of the best positive-class F1 (similarity) or micro F1 (multilabel) on dev. */
async function tuneThreshold(
  linear: Linear,
  dev: readonly Example[],
  pace: () => Promise<void> | undefined,
): Promise<Linear> {
  const { task, labels, logistic } = linear;
  const binary = task.positive !== undefined && labels.length === 2 && logistic.outputs === 1;
  if (dev.length === 0 || !(binary || task.family === 'multilabel')) return linear;
  const examples = dev as readonly Example<LinearFamily>[];
  const inputs = examples.map(({ input }) => input);
  const rows = await encodeAll(linear.encoder, inputs, pace);
  const scores = probabilities(logistic, rows);
  const named = binary ? [labels[1]] : labels;
  const right = examples.flatMap((example) => named.map((label) => goldLabels(example).includes(label)));
  if (binary && task.positive === labels[0]) {
    const flipped = bestThreshold(
      scores.map((score) => 1 - score),
      right.map((yes) => !yes),
      EVEN,
    );
    return { ...linear, threshold: 1 - flipped };
  }
  return { ...linear, threshold: bestThreshold(scores, right, EVEN) };
}

function answer(
  { task, labels, logistic, threshold }: Linear,
  scores: Float64Array,
): Prediction<LinearFamily> {
  if (task.family === 'multilabel') {
    const chosen = labels.filter((_, k) => scores[k] >= threshold);
    return { labels: chosen, scores: scoresByLabel(task, labels, (k) => scores[k]) };
  }
  if (logistic.outputs === 1 && labels.length === 2) {
    const [no, yes] = labels;
    return {
      label: scores[0] >= threshold ? yes : no,
      scores: scoresByLabel(task, labels, (k) => (k === 1 ? scores[0] : 1 - scores[0])),
    };
  }
  let best = 0;
  for (let k = 1; k < labels.length; k++) if (scores[k] > scores[best]) best = k;
  const all = scoresByLabel(task, labels, (k) => scores[k]);
  return { label: labels[best], scores: all } satisfies LabelPrediction;
}

function predictor(linear: Linear): Predictor<LinearFamily> {
  const { encoder, logistic, labels } = linear;
  const content = packLinear(linear);
  return {
    bytes: sizeOf(content),
    async predict(inputs, onProgress) {
      const pace = createPace();
      const answers: Prediction<LinearFamily>[] = [];
      for (let start = 0; start < inputs.length; start += BATCH) {
        const batch = inputs.slice(start, start + BATCH);
        const rows = await encodeAll(encoder, batch, pace);
        const scores = probabilities(logistic, rows);
        batch.forEach((_, row) => {
          answers.push(answer(linear, scores.subarray(row * logistic.outputs, (row + 1) * logistic.outputs)));
        });
        onProgress?.(answers.length / inputs.length);
      }
      return answers;
    },
    save: (file) => writeModelFile(file, 'linear', content),
    explain(input) {
      const scores = probabilities(logistic, encodeOne(encoder, input));
      const given = answer(linear, scores);
      return explainRow(encoder, logistic, labels, 'labels' in given ? given.labels : [given.label], input);
    },
  };
}

function packLinear({ task, encoder, labels, logistic, threshold }: Linear): ModelContent {
  const { header, arrays } = encoder.pack();
  const { outputs, link, weights, intercepts } = logistic;
  return {
    header: { family: task.family, labels, threshold, outputs, link, encoder: header },
    arrays: { ...arrays, weights, intercepts },
  };
}

/** Reads a model that `save` wrote. UserError if the file is damaged or of another kind. */
export async function load(file: string, task: Task): Promise<Predictor> {
  const { header, arrays } = await readModelFile(file, 'linear', task.family);
  const content = { header: header.encoder as Record<string, unknown>, arrays };
  const encoder = isPairTask(task) ? openPairEncoder(content) : openTextEncoder(content);
  return predictor({
    task,
    encoder: encoder as Linear['encoder'],
    labels: header.labels as string[],
    threshold: header.threshold as number,
    logistic: {
      outputs: header.outputs as number,
      link: header.link as LogisticModel['link'],
      weights: arrays.weights as Float32Array,
      intercepts: arrays.intercepts as Float64Array,
    },
  }) as unknown as Predictor;
}
