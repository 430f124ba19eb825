import { createPace } from '../../ground/yielder.ts';
import type { Input, Prediction } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import type { FitRequest, Predictor } from '../contract.ts';
import type { Fits } from '../define.ts';
import { heaviest } from '../linear/explain.ts';
import { fitLogistic } from '../linear/logistic.ts';
import { answerEach } from '../shared/answer-each.ts';
import { createRowsBuilder, type Rows } from '../shared/features/rows.ts';
import { readModelFile, sizeOf, writeModelFile } from '../shared/modelfile.ts';
import { learnFeatures, openFeatures, type RankingFeatures } from './features.ts';

/** So many pieces of evidence are shown for a document. */
const SHOWN = 8;

export const fits: Fits = { ranking: fitPairwise };

/**
 * Logistic regression on the differences of features of documents of one list with unequal grades
 * (RankNet's loss with a linear scorer, Burges et al. 2005): the better one should score higher.
 */
async function fitPairwise({ train, parameters, onProgress, signal }: FitRequest<'ranking'>) {
  const pace = createPace(signal);
  const inputs = train.map(({ input }) => input);
  const features = await learnFeatures(inputs, parameters, pace);
  onProgress?.(0.2);
  const builder = createRowsBuilder();
  let count = 0;
  for (const { input, gold } of train) {
    const found = input.documents.map((document) => features.features(input.query, document));
    for (let better = 0; better < found.length; better++) {
      for (let worse = 0; worse < found.length; worse++) {
        if (!(gold.relevance[better] > gold.relevance[worse])) continue;
        addDifference(found[better], found[worse], builder);
        count++;
      }
    }
    await pace();
  }
  onProgress?.(0.4);
  const rows = builder.finish(features.width);
  const weights =
    count > 0 ? await solve(rows, parameters, onProgress, signal) : new Float32Array(features.width);
  onProgress?.(1);
  return predictor(features, weights);
}

async function solve(
  rows: Rows,
  parameters: FitRequest['parameters'],
  onProgress: FitRequest['onProgress'],
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const { model } = await fitLogistic({
    rows,
    outputs: 1,
    link: 'sigmoid',
    targets: new Float64Array(rows.starts.length - 1).fill(1),
    intercept: false,
    c: Number(parameters.c),
    tolerance: Number(parameters.tolerance),
    onIteration: (iteration) => onProgress?.(0.4 + 0.6 * (1 - 1 / (1 + iteration / 50))),
    signal,
  });
  return model.weights;
}

function addDifference(
  better: ReadonlyMap<number, number>,
  worse: ReadonlyMap<number, number>,
  builder: ReturnType<typeof createRowsBuilder>,
): void {
  for (const [column, value] of better) {
    const difference = value - (worse.get(column) ?? 0);
    if (difference !== 0) builder.add(column, difference);
  }
  for (const [column, value] of worse) if (!better.has(column)) builder.add(column, -value);
  builder.endRow();
}

function predictor(features: RankingFeatures, weights: Float32Array): Predictor<'ranking'> {
  const packed = features.pack();
  const content = { header: { ...packed.header, family: 'ranking' }, arrays: { ...packed.arrays, weights } };
  const score = (query: string, document: Input<'ranking'>['documents'][number]): number => {
    let sum = 0;
    for (const [column, value] of features.features(query, document)) sum += value * weights[column];
    return sum;
  };
  return {
    bytes: sizeOf(content),
    predict: (inputs, onProgress) =>
      answerEach(
        inputs,
        ({ query, documents }): Prediction<'ranking'> => ({
          scores: documents.map((one) => score(query, one)),
        }),
        onProgress,
      ),
    save: (file) => writeModelFile(file, 'ltr', content),
    explain: ({ query, documents }) =>
      documents
        .map((document) => ({ document, score: score(query, document) }))
        .sort((a, b) => b.score - a.score)
        .flatMap(({ document, score: total }) => [
          `${total.toFixed(3)} ${document.title}`,
          ...heaviest(
            Array.from(features.features(query, document), ([column, value]) => ({
              name: features.name(column),
              push: value * weights[column],
            })),
            1,
            SHOWN,
          ),
        ]),
  };
}

/** Reads a model that `save` wrote. UserError if the file is damaged, of another kind or another family. */
export async function load(file: string, task: Task): Promise<Predictor> {
  const content = await readModelFile(file, 'ltr', task.family);
  return predictor(openFeatures(content), content.arrays.weights as Float32Array) as unknown as Predictor;
}
