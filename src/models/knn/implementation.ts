import * as z from 'zod';
import { bothLanguages, type Text } from '../../ground/language.ts';
import { createYielder } from '../../ground/yielder.ts';
import type { FamilyId, Prediction } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fit, Fits, FittedModel, Implementation } from '../contract.ts';
import { fittedClassifier } from '../shared/classifier/classifier.ts';
import { type Encoder, encodeAll } from '../shared/features/encoder.ts';
import { type ClassifierInput, textsOf } from '../shared/features/inputs.ts';
import { type Rows, type RowsBuilder, rowCount } from '../shared/features/rows.ts';
import { fitTfidf, openTfidf, packTfidf, type Tfidf, weigh } from '../shared/features/tfidf.ts';
import { TFIDF_ARRAYS, tfidfOptionsJson, tfidfRules } from '../shared/features/tfidf-content.ts';
import { requireDeclared } from '../shared/labels/declared.ts';
import { hasManyLabels, type LabelFamily } from '../shared/labels/labelling.ts';
import {
  byFrequency,
  countBy,
  largestScores,
  MOST_SCORED_LABELS,
  scoresByLabel,
  sortedLabels,
} from '../shared/labels/labels.ts';
import { type ContentSpec, damaged, type ModelContent, openModelFile } from '../shared/modelfile.ts';
import { withParts } from '../shared/parts.ts';
import { createNeighbourSearch, type Neighbour } from './neighbours.ts';
import type { KnnParameters } from './parameters.ts';
import { answerReplies, fitReplies, replyTask } from './replies.ts';
import { answerTerms, fitTerms, termTask } from './terms.ts';

const NOTHING_NEAR: Text = {
  en: 'no training example shares an n-gram: the most frequent answer',
  zh: '没有训练样本与之共有 n-gram：取最常见的答案',
};

/** The training data stored in the model. */
interface Memory {
  readonly task: Task;
  readonly k: number;
  readonly tfidf: Tfidf;
  readonly rows: Rows;
  readonly texts: readonly string[];
  /** The answer of every training example: one label, or the set of a multilabel task. */
  readonly answers: readonly (readonly string[])[];
}

const fitKnn: Fit<LabelFamily, KnnParameters> = async ({ task, train, parameters, signal }) => {
  const { k, ngram, minDf, sublinear } = parameters;
  const yieldNow = createYielder(signal);
  const inputs = train.map(({ input }) => input);
  const options = { least: 1, most: ngram, minDocuments: minDf, sublinear };
  const tfidf = fitTfidf(inputs.flatMap(textsOf), options);
  await yieldNow();
  return fitted({
    task,
    k,
    tfidf,
    rows: await encodeAll(encoderOf(tfidf), inputs, yieldNow),
    texts: inputs.map((input) => textsOf(input).join(' ┊ ')),
    answers: train.map(({ gold }) => ('labels' in gold ? gold.labels : [gold.label])),
  });
};

const fits = {
  similarity: fitKnn,
  inference: fitKnn,
  classification: fitKnn,
  multilabel: fitKnn,
} satisfies Fits<KnnParameters>;

/** Rows of twice the width of the n-grams: a place for either text of a pair. */
const encoderOf = (tfidf: Tfidf): Encoder<ClassifierInput> => ({
  width: 2 * tfidf.nodeOf.length,
  encode: (input, builder) => addRow(tfidf, input, builder),
  name: (column) => bothLanguages(`“${tfidf.trie.ngram(tfidf.nodeOf[column % tfidf.nodeOf.length])}”`),
  pack: () => ({ header: { options: tfidf.options }, arrays: packTfidf(tfidf) }),
});

/** Every text of the input separately, scaled to a total length of 1: the cosine of two rows is the mean of their texts'. */
function addRow(tfidf: Tfidf, input: ClassifierInput, builder: RowsBuilder): void {
  const texts = textsOf(input);
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

function fitted(memory: Memory): FittedModel<LabelFamily> {
  const { task, k, tfidf, rows, texts, answers } = memory;
  const search = createNeighbourSearch(rows);
  const labels = sortedLabels(answers.flat());
  const usual = mostFrequent(answers);
  const answer = (near: readonly Neighbour[]): Prediction<LabelFamily> => {
    const votes = new Map<string, number>();
    if (near.length === 0) return shape(task, usual, votes, k, labels);
    let total = 0;
    for (const { row, similarity } of near) {
      total += similarity;
      for (const label of answers[row]) votes.set(label, (votes.get(label) ?? 0) + similarity);
    }
    if (hasManyLabels(task)) {
      const chosen = [...votes.keys()].filter((label) => votes.get(label)! >= total / 2).sort();
      return shape(task, chosen, votes, k, labels);
    }
    // Divided before they are compared, as the scores are.
    const score = (label: string): number => votes.get(label)! / k;
    const best = [...votes.keys()].sort().reduce((a, b) => (score(b) > score(a) ? b : a));
    return shape(task, [best], votes, k, labels);
  };
  return fittedClassifier('knn', {
    encoder: encoderOf(tfidf),
    predict: (asked) => Array.from({ length: rowCount(asked) }, (_, row) => answer(search(asked, row, k))),
    explain(asked) {
      const near = search(asked, 0, k);
      if (near.length === 0) return [NOTHING_NEAR];
      return near.map(({ row, similarity }) => ({
        en: `${similarity.toFixed(3)} ${answers[row].join(', ')}: ${texts[row]}`,
        zh: `${similarity.toFixed(3)} ${answers[row].join('、')}：${texts[row]}`,
      }));
    },
    content: pack(memory),
  });
}

function shape(
  task: Task,
  chosen: readonly string[],
  votes: ReadonlyMap<string, number>,
  k: number,
  labels: readonly string[],
): Prediction<LabelFamily> {
  const scores =
    Math.max(labels.length, task.labels.length) > MOST_SCORED_LABELS
      ? largestScores([...votes].map(([label, vote]) => [label, vote / k]))
      : scoresByLabel(task, labels, (i) => (votes.get(labels[i]) ?? 0) / k);
  return hasManyLabels(task) ? { labels: chosen, scores } : { label: chosen[0], scores };
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

const headerJson = z.object({
  k: z.int().min(1),
  options: tfidfOptionsJson,
  texts: z.array(z.string()),
  answers: z.array(z.array(z.string())),
});
const ARRAYS = {
  ...TFIDF_ARRAYS,
  starts: 'Int32Array',
  columns: 'Int32Array',
  values: 'Float32Array',
} as const;

const SPEC: ContentSpec<z.infer<typeof headerJson>, typeof ARRAYS> = {
  header: headerJson,
  arrays: ARRAYS,
  rules: ({ header: { texts }, arrays }) => ({
    ...tfidfRules(arrays),
    starts: { length: texts.length + 1, endsAt: arrays.columns.length },
    columns: { from: 0, below: 2 * arrays.nodeOf.length },
    values: { length: arrays.columns.length },
  }),
};

/** Reads a model that `save` wrote. UserError if the file is damaged, of another kind or another family. */
async function loadWhole(file: string, task: Task): Promise<FittedModel<LabelFamily>> {
  const { header, arrays } = await openModelFile(file, 'knn', task.family, SPEC);
  const isOne = hasManyLabels(task) || header.answers.every((labels) => labels.length === 1);
  if (header.answers.length !== header.texts.length || header.answers.length === 0 || !isOne)
    throw damaged(file, { en: 'its answers contradict its texts', zh: '答案与文本不一致' }, 'header.answers');
  requireDeclared(file, task, header.answers.flat());
  const { starts, columns } = arrays;
  const tfidf = openTfidf(arrays, header.options);
  const width = 2 * tfidf.nodeOf.length;
  const rows = { starts, columns, values: Float64Array.from(arrays.values), width };
  return fitted({ task, k: header.k, tfidf, rows, texts: header.texts, answers: header.answers });
}

const byPart = withParts({ fit: fits, load: loadWhole });

/** The nearest training examples: see docs/models/knn.md. */
export const fit: Fits<KnnParameters> = {
  ...byPart.fit,
  generation: fitReplies(fitKnn),
  instruction: fitReplies(fitKnn),
  normalisation: fitTerms(fitKnn),
};

const loadReplies = async (file: string, task: Task): Promise<FittedModel> =>
  answerReplies(await loadWhole(file, replyTask(task)));

/** Families whose models choose among the texts or the sets of terms of train. */
const CHOOSING: Readonly<Partial<Record<FamilyId, (file: string, task: Task) => Promise<FittedModel>>>> = {
  generation: loadReplies,
  instruction: loadReplies,
  normalisation: async (file, task) => answerTerms(await loadWhole(file, termTask(task))),
};

export const load: Implementation<KnnParameters>['load'] = async (file, task, parameters) => {
  const choose = CHOOSING[task.family];
  return choose ? choose(file, task) : byPart.load(file, task, parameters);
};
