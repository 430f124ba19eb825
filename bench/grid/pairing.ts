/**
 * Estimates what the labels of cMedQA allow: how often an answer belongs to the question it is paired with, and how well test
 * is predicted from the labels of the same questions and answers in dev without reading them. The embedding of each answer is compared with those of all distinct questions. The share of
 * pairs whose own question ranks first is computed for matches, non-matches, and as many true pairs from a table with the
 * columns `ask` and `answer`. No text is kept. Writes bench/results/grid/cMedQA/pairing.json.
 *
 *   npx node bench/grid/pairing.ts --encoder bge-small-zh-v1.5 --reference TABLE.csv [--data DIR] [--pairs 600]
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../../src/datasets/dataset.ts';
import { resolveDataDir } from '../../src/datasets/directory.ts';
import { openTextEncoder } from '../../src/encoders/inference/text-encoder.ts';
import { cosine } from '../../src/encoders/inference/vectors.ts';
import { readCsvRows } from '../../src/ground/csv-rows.ts';
import { writeJson } from '../../src/ground/files.ts';
import { createRandom, shuffle } from '../../src/ground/random.ts';
import { familyOf } from '../../src/tasks/families/registry.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { type PairGroup, type Pairing, pairingFile, RULES, type RuleCounts } from './pairing-kept.ts';

const { values } = parseArgs({
  options: {
    encoder: { type: 'string' },
    reference: { type: 'string' },
    data: { type: 'string' },
    pairs: { type: 'string', default: '600' },
    threads: { type: 'string', default: '1' },
  },
});
if (!values.encoder || !values.reference)
  throw new Error(
    '--encoder MODEL: computes the embeddings; --reference FILE: a table of true question-answer pairs',
  );
const MOST = Number(values.pairs);
const SEED = 0;

interface Asked {
  readonly question: string;
  readonly answer: string;
}
interface Labelled extends Asked {
  readonly matches: boolean;
}

const task = findTask('cMedQA');
const dataset = await openDataset({ task, dir: resolveDataDir(values.data, process.env).dir });
const encoder = await openTextEncoder(values.encoder, { threads: Number(values.threads) });

async function labelled(split: 'dev' | 'test'): Promise<Labelled[]> {
  const { examples } = await dataset.split(split);
  return examples.map(({ input, gold }) => {
    const [question, answer] = familyOf(task).texts(input);
    return { question, answer, matches: 'label' in gold && gold.label === task.positive };
  });
}

/** `count` true pairs with distinct questions. */
async function reference(file: string, count: number): Promise<Asked[]> {
  const found = new Map<string, string>();
  let columns: readonly string[] | undefined;
  for await (const { cells } of readCsvRows(file)) {
    if (columns) {
      const [question, answer] = ['ask', 'answer'].map((name) => cells[columns!.indexOf(name)]);
      if (question && answer && !found.has(question)) found.set(question, answer);
    } else columns = cells;
  }
  const all = [...found].map(([question, answer]) => ({ question, answer }));
  return shuffle(all, createRandom(SEED, 'reference')).slice(0, count);
}

/** The rank of each pair's own question among all questions, by cosine similarity with its answer. */
async function placesOf(pairs: readonly Asked[], questions: readonly string[]): Promise<number[]> {
  const asked = await encoder.encode(questions);
  const answers = await encoder.encode(pairs.map(({ answer }) => answer));
  const at = new Map(questions.map((question, i) => [question, i]));
  return pairs.map(({ question }, i) => {
    const own = cosine(answers[i], asked[at.get(question)!]);
    return 1 + asked.filter((vector) => cosine(answers[i], vector) > own).length;
  });
}

const groupOf = (group: PairGroup['group'], places: readonly number[]): PairGroup => ({
  group,
  pairs: places.length,
  first: places.filter((place) => place === 1).length,
  firstTen: places.filter((place) => place <= 10).length,
});

/** How well test is predicted from the labels of the same questions and answers in dev. */
function rulesOf(dev: readonly Labelled[], test: readonly Labelled[]): RuleCounts[] {
  const distractors = new Set(dev.flatMap(({ answer, matches }) => (matches ? [] : [answer])));
  const asked = Map.groupBy(dev, ({ question }) => question);
  const share = (pairs: readonly Labelled[]): number =>
    pairs.filter(({ matches }) => matches).length / pairs.length;
  const often = new Set(
    [...asked].flatMap(([question, pairs]) => (share(pairs) > share(dev) ? question : [])),
  );
  const freshAnswer = ({ answer }: Labelled): boolean => !distractors.has(answer);
  const oftenMatched = ({ question }: Labelled): boolean => often.has(question);
  const predicts: Readonly<Record<RuleCounts['rule'], (pair: Labelled) => boolean>> = {
    all: () => true,
    answer: freshAnswer,
    question: oftenMatched,
    both: (pair) => freshAnswer(pair) && oftenMatched(pair),
  };
  return RULES.map((rule) => {
    const predicted = test.filter(predicts[rule]);
    return { rule, predicted: predicted.length, right: predicted.filter(({ matches }) => matches).length };
  });
}

const [dev, test] = [await labelled('dev'), await labelled('test')];
const questions = [...new Set([...dev, ...test].map(({ question }) => question))];
const drawn = shuffle([...dev, ...test], createRandom(SEED, 'pairs'));
const groups: PairGroup[] = [];
for (const [group, wanted] of [
  ['matches', true],
  ['others', false],
] as const) {
  const pairs = drawn.filter(({ matches }) => matches === wanted).slice(0, MOST);
  groups.push(groupOf(group, await placesOf(pairs, questions)));
}
const truth = await reference(values.reference, questions.length);
groups.push(
  groupOf(
    'true pairs',
    await placesOf(
      truth,
      truth.map(({ question }) => question),
    ),
  ),
);
const result: Pairing = {
  encoder: basename(values.encoder),
  questions: questions.length,
  groups,
  test: {
    pairs: test.length,
    matches: test.filter(({ matches }) => matches).length,
    questionInDev: test.filter(({ question }) => dev.some((pair) => pair.question === question)).length,
  },
  rules: rulesOf(dev, test),
};
await writeJson(pairingFile, result);
console.log(JSON.stringify(result, undefined, 1));
