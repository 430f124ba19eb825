import { createPace } from '../../ground/yielder.ts';
import type { Example, Input, Prediction } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import type { FitRequest, Predictor } from '../contract.ts';
import type { Fits } from '../define.ts';
import { answerEach } from '../shared/answer-each.ts';
import { createRowsBuilder, type Rows } from '../shared/features/rows.ts';
import {
  fitTfidf,
  openTfidf,
  packTfidf,
  type Tfidf,
  type TfidfOptions,
  weigh,
} from '../shared/features/tfidf.ts';
import type { LabelFamily } from '../shared/labels/labelling.ts';
import { byFrequency, countBy, scoresByLabel, sortedLabels } from '../shared/labels/labels.ts';
import { type ModelContent, readModelFile, sizeOf, writeModelFile } from '../shared/modelfile.ts';
import { createNeighbourSearch, type Neighbour } from './neighbours.ts';

/** What is kept of the training data. */
interface Memory {
  readonly task: Task;
  readonly k: number;
  readonly tfidf: Tfidf;
  readonly rows: Rows;
  readonly texts: readonly string[];
  /** The answer of every training example: one label, or the set of a multilabel task. */
  readonly answers: readonly (readonly string[])[];
}

export const fits: Fits = {
  similarity: fitKnn,
  inference: fitKnn,
  classification: fitKnn,
  multilabel: fitKnn,
};

async function fitKnn<F extends LabelFamily>(request: FitRequest<F>): Promise<Predictor<F>> {
  const { task, parameters, signal } = request;
  const train = request.train as readonly Example<LabelFamily>[];
  const pace = createPace(signal);
  const options: TfidfOptions = {
    least: 1,
    most: Number(parameters.ngram),
    minDocuments: Number(parameters['min-df']),
    sublinear: Boolean(parameters.sublinear),
  };
  const { tfidf } = fitTfidf(
    train.flatMap(({ input }) => sides(input)),
    options,
  );
  await pace();
  const builder = createRowsBuilder();
  for (const { input } of train) {
    addRow(tfidf, input, builder);
    await pace();
  }
  return predictor({
    task,
    k: Math.max(1, Math.floor(Number(parameters.k))),
    tfidf,
    rows: builder.finish(2 * tfidf.nodeOf.length),
    texts: train.map(({ input }) => sides(input).join(' ┊ ')),
    answers: train.map(({ gold }) => ('labels' in gold ? gold.labels : [gold.label])),
  }) as unknown as Predictor<F>;
}

const sides = (input: Input<LabelFamily>): string[] =>
  'text' in input ? [input.text] : [input.textA, input.textB];

/** Every side of the input apart, all together of length 1: the cosine of two rows is the mean of their sides'. */
function addRow(
  tfidf: Tfidf,
  input: Input<LabelFamily>,
  builder: ReturnType<typeof createRowsBuilder>,
): void {
  const texts = sides(input);
  texts.forEach((text, side) => {
    const entries: [column: number, value: number][] = [];
    let square = 0;
    weigh(tfidf, text, (column, value) => {
      entries.push([column, value]);
      square += value * value;
    });
    const length = Math.sqrt(square * texts.length);
    for (const [column, value] of entries) {
      builder.add(side * tfidf.nodeOf.length + column, Math.fround(value / length));
    }
  });
  builder.endRow();
}

function predictor(memory: Memory): Predictor<LabelFamily> {
  const { task, k, tfidf, rows, texts, answers } = memory;
  const search = createNeighbourSearch(rows);
  const labels = sortedLabels(answers.flat());
  const usual = mostFrequent(answers);
  const content = pack(memory);
  const neighbours = (input: Input<LabelFamily>): Neighbour[] => {
    const builder = createRowsBuilder();
    addRow(tfidf, input, builder);
    return search(builder.finish(rows.width), 0, k);
  };
  const answer = (input: Input<LabelFamily>): Prediction<LabelFamily> => {
    const near = neighbours(input);
    if (near.length === 0) return shape(task, usual, () => 0, labels);
    const votes = new Map<string, number>();
    let total = 0;
    for (const { row, similarity } of near) {
      total += similarity;
      for (const label of answers[row]) votes.set(label, (votes.get(label) ?? 0) + similarity);
    }
    const score = (label: string): number => (votes.get(label) ?? 0) / k;
    if (task.family === 'multilabel') {
      const chosen = labels.filter((label) => (votes.get(label) ?? 0) >= total / 2);
      return shape(task, chosen, score, labels);
    }
    const best = labels.reduce((a, b) => (score(b) > score(a) ? b : a));
    return shape(task, [best], score, labels);
  };
  return {
    bytes: sizeOf(content),
    predict: (inputs, onProgress) => answerEach(inputs, answer, onProgress),
    save: (file) => writeModelFile(file, 'knn', content),
    explain(input) {
      const near = neighbours(input);
      if (near.length === 0) return ['no training example shares an n-gram: the most frequent answer'];
      return near.map(
        ({ row, similarity }) => `${similarity.toFixed(3)} ${answers[row].join(', ')}: ${texts[row]}`,
      );
    },
  };
}

function shape(
  task: Task,
  chosen: readonly string[],
  score: (label: string) => number,
  labels: readonly string[],
): Prediction<LabelFamily> {
  const scores = scoresByLabel(task, labels, (k) => score(labels[k]));
  return task.family === 'multilabel' ? { labels: chosen, scores } : { label: chosen[0], scores };
}

/** Of equally frequent answers, the first by code unit. */
function mostFrequent(answers: Memory['answers']): readonly string[] {
  const key = (answer: readonly string[]): string => [...answer].sort().join('\n');
  const [best] = byFrequency(countBy(answers, key));
  return answers.find((answer) => key(answer) === best)!;
}

function pack({ task, k, tfidf, rows, texts, answers }: Memory): ModelContent {
  const { starts, columns, values } = rows;
  return {
    header: { family: task.family, k, options: tfidf.options, texts, answers },
    arrays: { ...packTfidf(tfidf), starts, columns, values: Float32Array.from(values) },
  };
}

/** Reads a model that `save` wrote. UserError if the file is damaged, of another kind or another family. */
export async function load(file: string, task: Task): Promise<Predictor> {
  const { header, arrays } = await readModelFile(file, 'knn', task.family);
  const tfidf = openTfidf(arrays as unknown as ReturnType<typeof packTfidf>, header.options as TfidfOptions);
  return predictor({
    task,
    k: header.k as number,
    tfidf,
    rows: {
      starts: arrays.starts as Int32Array,
      columns: arrays.columns as Int32Array,
      values: Float64Array.from(arrays.values),
      width: 2 * tfidf.nodeOf.length,
    },
    texts: header.texts as string[],
    answers: header.answers as string[][],
  }) as unknown as Predictor;
}
