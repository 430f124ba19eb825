import { bothLanguages } from '../../ground/language.ts';
import { createYielder } from '../../ground/yielder.ts';
import type { Input } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fit, FitRequest, Fits, FittedModel } from '../contract.ts';
import { answerEach } from '../shared/answer-each.ts';
import { createRowsBuilder, type Rows, type RowsBuilder } from '../shared/features/rows.ts';
import { heaviest } from '../shared/labels/explain.ts';
import { fitLogistic } from '../shared/logistic/logistic.ts';
import { openModelFile, requireRules, sizeOf, writeModelFile } from '../shared/modelfile.ts';
import { FEATURE_SPEC, learnFeatures, openFeatures, type RankingFeatures } from './features.ts';
import type { LtrParameters } from './parameters.ts';

/** How many features are shown for a document. */
const SHOWN = 8;

/**
 * Logistic regression on the differences of features of documents of one list with unequal grades
 * (RankNet's loss with a linear scorer, Burges et al. 2005): the better one should score higher.
 */
const fitPairwise: Fit<'ranking', LtrParameters> = async ({ train, parameters, onProgress, signal }) => {
  const yieldNow = createYielder(signal);
  const inputs = train.map(({ input }) => input);
  const features = await learnFeatures(inputs, parameters, yieldNow);
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
    await yieldNow();
  }
  onProgress?.(0.4);
  const rows = builder.finish(features.width);
  const weights =
    count > 0 ? await solve(rows, parameters, onProgress, signal) : new Float32Array(features.width);
  onProgress?.(1);
  return fitted(features, weights);
};

export const fit: Fits<LtrParameters> = { ranking: fitPairwise };

async function solve(
  rows: Rows,
  { c, tolerance }: LtrParameters,
  onProgress: FitRequest['onProgress'],
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const { model } = await fitLogistic({
    rows,
    outputs: 1,
    link: 'sigmoid',
    targets: new Float64Array(rows.starts.length - 1).fill(1),
    intercept: false,
    c,
    tolerance,
    onIteration: (iteration) => onProgress?.(0.4 + 0.6 * (1 - 1 / (1 + iteration / 50))),
    signal,
  });
  return model.weights;
}

function addDifference(
  better: ReadonlyMap<number, number>,
  worse: ReadonlyMap<number, number>,
  builder: RowsBuilder,
): void {
  for (const [column, value] of better) {
    const difference = value - (worse.get(column) ?? 0);
    if (difference !== 0) builder.add(column, difference);
  }
  for (const [column, value] of worse) if (!better.has(column)) builder.add(column, -value);
  builder.endRow();
}

function fitted(features: RankingFeatures, weights: Float32Array): FittedModel<'ranking'> {
  const packed = features.pack();
  const content = { header: { ...packed.header, family: 'ranking' }, arrays: { ...packed.arrays, weights } };
  const score = (query: string, document: Input<'ranking'>['documents'][number]): number => {
    let sum = 0;
    for (const [column, value] of features.features(query, document)) sum += value * weights[column];
    return sum;
  };
  return {
    bytes: sizeOf(content),
    answer: (inputs, options) =>
      answerEach(inputs, options, ({ query, documents }) => ({
        scores: documents.map((one) => score(query, one)),
      })),
    save: (file) => writeModelFile(file, 'ltr', content),
    explain: ({ query, documents }) =>
      documents
        .map((document) => ({ document, score: score(query, document) }))
        .sort((a, b) => b.score - a.score)
        .flatMap(({ document, score: total }) => [
          bothLanguages(`${total.toFixed(3)} ${document.title}`),
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
export async function load(file: string, task: Task): Promise<FittedModel<'ranking'>> {
  const { header, arrays } = await openModelFile(file, 'ltr', task.family, FEATURE_SPEC);
  const features = openFeatures(header, arrays);
  requireRules(file, arrays, { weights: { length: features.width } });
  return fitted(features, arrays.weights);
}
