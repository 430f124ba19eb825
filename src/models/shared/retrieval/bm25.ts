import { createPace } from '../../../ground/yielder.ts';
import type { Example } from '../../../tasks/examples.ts';
import type { Task } from '../../../tasks/task.ts';
import type { FitRequest, Predictor } from '../../contract.ts';
import type { Fits } from '../../define.ts';
import { answerEach } from '../answer-each.ts';
import { byFrequency, countBy } from '../labels/labels.ts';
import { bestThreshold } from '../labels/threshold.ts';
import { readModelFile, sizeOf, writeModelFile } from '../modelfile.ts';
import {
  type Bm25Scorer,
  collectStatistics,
  createScorer,
  readTokenKind,
  type Statistics,
} from './scorer.ts';

/** How a score becomes an answer to "are these similar?". */
interface Decision {
  readonly positive: string;
  readonly negative: string;
  /** `score >= threshold` is positive. */
  readonly threshold: number;
}

export const fits: Fits = {
  async ranking(request) {
    const titles = request.train.flatMap(({ input }) => input.documents.map(({ title }) => title));
    return rankingPredictor(await fitScorer(request, titles));
  },
  async similarity(request) {
    const texts = request.train.map(({ input }) => input.textB);
    const scorer = await fitScorer(request, texts);
    return similarityPredictor(scorer, decide(scorer, request));
  },
};

async function fitScorer<F extends 'ranking' | 'similarity'>(
  { parameters, signal }: FitRequest<F>,
  texts: readonly string[],
): Promise<Bm25Scorer> {
  const constants = { k1: Number(parameters.k1), b: Number(parameters.b) };
  const tokenKind = readTokenKind(parameters.tokens, 'bm25');
  return createScorer(await collectStatistics(texts, tokenKind, constants, createPace(signal)));
}

/** The threshold with the best F1 of the positive label on dev, or on train where there is no dev. */
function decide(scorer: Bm25Scorer, { task, train, dev }: FitRequest<'similarity'>): Decision {
  const counts = countBy(train, ({ gold }) => gold.label);
  const common = byFrequency(counts);
  const positive = task.positive !== undefined && counts.has(task.positive) ? task.positive : common[0];
  const negative = common.find((label) => label !== positive);
  if (negative === undefined) return { positive, negative: positive, threshold: 0 };
  const examples: readonly Example<'similarity'>[] = dev.length > 0 ? dev : train;
  const scores = examples.map(({ input }) => scorer.score(input.textA, input.textB));
  const right = examples.map(({ gold }) => gold.label === positive);
  return { positive, negative, threshold: bestThreshold(scores, right, 0) };
}

const contentOf = (statistics: Statistics, family: string, decision?: Decision) => ({
  header: { family, statistics, ...(decision && { decision }) },
  arrays: {},
});

const evidenceLines = (scorer: Bm25Scorer, query: string, document: string): string[] =>
  scorer.evidence(query, document).map(({ token, share }) => `+${share.toFixed(3)} “${token}”`);

function rankingPredictor(scorer: Bm25Scorer): Predictor<'ranking'> {
  const content = contentOf(scorer.statistics, 'ranking');
  return {
    bytes: sizeOf(content),
    predict: (inputs, onProgress) =>
      answerEach(
        inputs,
        ({ query, documents }) => ({ scores: documents.map(({ title }) => scorer.score(query, title)) }),
        onProgress,
      ),
    save: (file) => writeModelFile(file, 'bm25', content),
    explain: ({ query, documents }) =>
      documents
        .map(({ title }) => ({ title, score: scorer.score(query, title) }))
        .sort((a, b) => b.score - a.score)
        .flatMap(({ title, score }) => [
          `${score.toFixed(3)} ${title}`,
          ...evidenceLines(scorer, query, title),
        ]),
  };
}

function similarityPredictor(scorer: Bm25Scorer, decision: Decision): Predictor<'similarity'> {
  const { positive, negative, threshold } = decision;
  const content = contentOf(scorer.statistics, 'similarity', decision);
  return {
    bytes: sizeOf(content),
    predict: (inputs, onProgress) =>
      answerEach(
        inputs,
        ({ textA, textB }) => {
          const score = scorer.score(textA, textB);
          return {
            label: score >= threshold ? positive : negative,
            scores: { [negative]: -score, [positive]: score },
          };
        },
        onProgress,
      ),
    save: (file) => writeModelFile(file, 'bm25', content),
    explain: ({ textA, textB }) => [
      `${scorer.score(textA, textB).toFixed(3)}, ${positive} from ${threshold.toFixed(3)}`,
      ...evidenceLines(scorer, textA, textB),
    ],
  };
}

/** Reads a model that `save` wrote. UserError if the file is damaged, of another kind or another family. */
export async function load(file: string, task: Task): Promise<Predictor> {
  const { header } = await readModelFile(file, 'bm25', task.family);
  const scorer = createScorer(header.statistics as Statistics);
  const predictor =
    task.family === 'ranking'
      ? rankingPredictor(scorer)
      : similarityPredictor(scorer, header.decision as Decision);
  return predictor as unknown as Predictor;
}
