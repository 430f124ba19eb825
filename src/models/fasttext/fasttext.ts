import { createPace } from '../../ground/yielder.ts';
import type { Example, Input, Prediction } from '../../tasks/examples.ts';
import type { Text1, Text2 } from '../../tasks/families/shared/types.ts';
import type { Task } from '../../tasks/task.ts';
import type { FitRequest, Parameters, Predictor } from '../contract.ts';
import type { Fits } from '../define.ts';
import { explainLabels } from '../linear/explain.ts';
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
  targetsOf,
  tuneThreshold,
} from '../shared/labels/labelling.ts';
import { readModelFile, sizeOf, writeModelFile } from '../shared/modelfile.ts';
import { contributions, type Embeddings, embeddingProbabilities, trainEmbeddings } from './embeddings.ts';

interface FastText {
  readonly labelling: Labelling;
  readonly encoder: Encoder<Input<LabelFamily>>;
  readonly embeddings: Embeddings;
}

/** Inputs are encoded and scored so many at a time. */
const BATCH = 512;

export const fits: Fits = {
  similarity: fitFastText,
  inference: fitFastText,
  classification: fitFastText,
  multilabel: fitFastText,
};

async function fitFastText<F extends LabelFamily>(request: FitRequest<F>): Promise<Predictor<F>> {
  const { task, parameters, seed, onProgress, signal } = request;
  const train = request.train as readonly Example<LabelFamily>[];
  const dev = request.dev as readonly Example<LabelFamily>[];
  const pace = createPace(signal);
  const inputs = train.map(({ input }) => input);
  const encoder = fitEncoder(task, inputs, parameters);
  const labelling = learnLabelling(task, train);
  const embeddings = await trainEmbeddings({
    rows: await encodeAll(encoder, inputs, pace),
    outputs: labelling.outputs,
    link: labelling.link,
    targets: targetsOf(labelling, train),
    dim: Number(parameters.dim),
    epochs: Number(parameters.epochs),
    learningRate: Number(parameters.lr),
    seed,
    onProgress,
    pace,
  });
  let tuned = labelling;
  if (parameters['tune-threshold'] && dev.length > 0 && hasThreshold(labelling)) {
    const devInputs = dev.map(({ input }) => input);
    const scores = embeddingProbabilities(embeddings, await encodeAll(encoder, devInputs, pace));
    tuned = tuneThreshold(labelling, dev, scores);
  }
  return predictor({ labelling: tuned, encoder, embeddings }) as unknown as Predictor<F>;
}

const isPairTask = ({ family }: Task): boolean => family === 'similarity' || family === 'inference';

function fitEncoder(
  task: Task,
  inputs: readonly Input<LabelFamily>[],
  parameters: Parameters,
): FastText['encoder'] {
  const options = {
    least: 1,
    most: Number(parameters.ngram),
    minDocuments: Number(parameters['min-df']),
    sublinear: true,
  };
  const encoder = isPairTask(task)
    ? fitPairEncoder(inputs as readonly Text2[], options, false)
    : fitTextEncoder(inputs as readonly Text1[], options);
  return encoder as FastText['encoder'];
}

function predictor({ labelling, encoder, embeddings }: FastText): Predictor<LabelFamily> {
  const { outputs, labels } = labelling;
  const packed = encoder.pack();
  const { task, ...rest } = labelling;
  const content = {
    header: { family: task.family, labelling: rest, encoder: packed.header, dim: embeddings.dim },
    arrays: { ...packed.arrays, vectors: embeddings.vectors, heads: embeddings.heads },
  };
  return {
    bytes: sizeOf(content),
    async predict(inputs, onProgress) {
      const pace = createPace();
      const answers: Prediction<LabelFamily>[] = [];
      for (let start = 0; start < inputs.length; start += BATCH) {
        const batch = inputs.slice(start, start + BATCH);
        const scores = embeddingProbabilities(embeddings, await encodeAll(encoder, batch, pace));
        batch.forEach((_, row) => {
          answers.push(answerOf(labelling, scores.subarray(row * outputs, (row + 1) * outputs)));
        });
        onProgress?.(answers.length / inputs.length);
      }
      return answers;
    },
    save: (file) => writeModelFile(file, 'fasttext', content),
    explain(input) {
      const rows = encodeOne(encoder, input);
      const scores = embeddingProbabilities(embeddings, rows);
      const chosen = chosenLabels(answerOf(labelling, scores));
      return explainLabels(labels, outputs, chosen, scores, (output) =>
        Array.from(contributions(embeddings, rows, 0, output), (push, k) => ({
          name: encoder.name(rows.columns[k]),
          push,
        })),
      );
    },
  };
}

/** Reads a model that `save` wrote. UserError if the file is damaged, of another kind or another family. */
export async function load(file: string, task: Task): Promise<Predictor> {
  const { header, arrays } = await readModelFile(file, 'fasttext', task.family);
  const content = { header: header.encoder as Record<string, unknown>, arrays };
  const encoder = isPairTask(task) ? openPairEncoder(content) : openTextEncoder(content);
  const labelling = { ...(header.labelling as Omit<Labelling, 'task'>), task };
  const { outputs, link } = labelling;
  const vectors = arrays.vectors as Float32Array;
  const heads = arrays.heads as Float32Array;
  return predictor({
    labelling,
    encoder: encoder as FastText['encoder'],
    embeddings: { dim: header.dim as number, outputs, link, vectors, heads },
  }) as unknown as Predictor;
}
