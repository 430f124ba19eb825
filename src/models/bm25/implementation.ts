import * as z from 'zod';
import { bothLanguages, type Text } from '../../ground/language.ts';
import { createYielder } from '../../ground/yielder.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import type { FitRequest, Fits, FittedModel } from '../contract.ts';
import { answerEach } from '../shared/answer-each.ts';
import { requireDeclared } from '../shared/labels/declared.ts';
import { byFrequency, countBy } from '../shared/labels/labels.ts';
import { bestThreshold } from '../shared/labels/threshold.ts';
import { damaged, openModelFile, sizeOf, writeModelFile } from '../shared/modelfile.ts';
import {
  type Bm25Scorer,
  collectStatistics,
  createScorer,
  type Statistics,
  statisticsJson,
} from '../shared/retrieval/scorer.ts';
import type { Bm25Parameters } from './parameters.ts';

/** How a score becomes an answer to "are these similar?". */
interface Decision {
  readonly positive: string;
  readonly negative: string;
  /** `score >= threshold` is positive. */
  readonly threshold: number;
}

export const fit: Fits<Bm25Parameters> = {
  async ranking(request) {
    const titles = request.train.flatMap(({ input }) => input.documents.map(({ title }) => title));
    return fittedRanking(await fitScorer(request, titles));
  },
  async similarity(request) {
    const texts = request.train.map(({ input }) => input.textB);
    const scorer = await fitScorer(request, texts);
    return fittedSimilarity(scorer, decide(scorer, request));
  },
};

async function fitScorer(
  { parameters, signal }: Pick<FitRequest<'ranking', Bm25Parameters>, 'parameters' | 'signal'>,
  texts: readonly string[],
): Promise<Bm25Scorer> {
  const { tokens, k1, b } = parameters;
  return createScorer(await collectStatistics(texts, tokens, { k1, b }, createYielder(signal)));
}

/** The threshold with the best F1 of the positive label on dev, or on train where there is no dev. */
function decide(
  scorer: Bm25Scorer,
  { task, train, dev }: Pick<FitRequest<'similarity'>, 'task' | 'train' | 'dev'>,
): Decision {
  const counts = countBy(train, ({ gold }) => gold.label);
  const common = byFrequency(counts);
  const positive = task.positive !== undefined && counts.has(task.positive) ? task.positive : common[0];
  const negative = common.find((label) => label !== positive);
  if (negative === undefined) return { positive, negative: positive, threshold: 0 };
  const examples = dev.length > 0 ? dev : train;
  const scores = examples.map(({ input }) => scorer.score(input.textA, input.textB));
  const right = examples.map(({ gold }) => gold.label === positive);
  return { positive, negative, threshold: bestThreshold(scores, right, 0) };
}

const contentOf = (statistics: Statistics, family: string, decision?: Decision) => ({
  header: { family, statistics, ...(decision && { decision }) },
  arrays: {},
});

const shareLines = (scorer: Bm25Scorer, query: string, document: string): Text[] =>
  scorer.shares(query, document).map(({ token, share }) => bothLanguages(`+${share.toFixed(3)} “${token}”`));

function fittedRanking(scorer: Bm25Scorer): FittedModel<'ranking'> {
  const content = contentOf(scorer.statistics, 'ranking');
  return {
    bytes: sizeOf(content),
    answer: (inputs, options) =>
      answerEach(inputs, options, ({ query, documents }) => ({
        scores: documents.map(({ title }) => scorer.score(query, title)),
      })),
    save: (file) => writeModelFile(file, 'bm25', content),
    explain: ({ query, documents }) =>
      documents
        .map(({ title }) => ({ title, score: scorer.score(query, title) }))
        .sort((a, b) => b.score - a.score)
        .flatMap(({ title, score }) => [
          bothLanguages(`${score.toFixed(3)} ${title}`),
          ...shareLines(scorer, query, title),
        ]),
  };
}

function fittedSimilarity(scorer: Bm25Scorer, decision: Decision): FittedModel<'similarity'> {
  const { positive, negative, threshold } = decision;
  const content = contentOf(scorer.statistics, 'similarity', decision);
  return {
    bytes: sizeOf(content),
    answer: (inputs, options) =>
      answerEach(inputs, options, ({ textA, textB }) => {
        const score = scorer.score(textA, textB);
        return {
          label: score >= threshold ? positive : negative,
          scores: { [negative]: -score, [positive]: score },
        };
      }),
    save: (file) => writeModelFile(file, 'bm25', content),
    explain({ textA, textB }) {
      const [score, from] = [scorer.score(textA, textB).toFixed(3), threshold.toFixed(3)];
      const decided = {
        en: `${score}, ${positive} from ${from}`,
        zh: `${score}，不低于 ${from} 时为 ${positive}`,
      };
      return [decided, ...shareLines(scorer, textA, textB)];
    },
  };
}

const headerJson = z.object({
  statistics: statisticsJson,
  decision: z.object({ positive: z.string(), negative: z.string(), threshold: z.number() }).optional(),
});

/** Reads a model that `save` wrote. UserError if the file is damaged, of another kind or another family. */
export async function load(file: string, task: Task): Promise<FittedModel> {
  const spec = { header: headerJson, arrays: {} };
  const { statistics, decision } = (await openModelFile(file, 'bm25', task.family, spec)).header;
  const scorer = createScorer(statistics);
  if ((decision === undefined) === (familyOf(task).inputShape === 'pair'))
    throw damaged(
      file,
      { en: 'its decision does not fit its family', zh: '判定规则与任务族不符' },
      'header.decision',
    );
  if (decision) requireDeclared(file, task, [decision.positive, decision.negative]);
  return decision ? fittedSimilarity(scorer, decision) : fittedRanking(scorer);
}
