import * as z from 'zod';
import { bothLanguages } from '../../ground/language.ts';
import type { Prediction } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fit, FitRequest, Fits, FittedModel } from '../contract.ts';
import { answerEach } from '../shared/answer-each.ts';
import { damaged, openModelFile, requireRules, sizeOf, writeModelFile } from '../shared/modelfile.ts';
import { FEATURES } from '../shared/terms/features.ts';
import { createFinder, type KnownText, type TermFinder } from '../shared/terms/finder.ts';
import { createJudge, type JudgedTerm, learnWeights } from '../shared/terms/judge.ts';
import { collectTerms } from '../shared/terms/knowledge.ts';
import type { TermsParameters } from './parameters.ts';

/** All learned data, as in a model file. */
interface Knowledge {
  readonly vocabulary: readonly string[];
  readonly known: readonly KnownText[];
  /** Candidates that are found for a text. */
  readonly most: number;
  /** One per feature, then the intercept. */
  readonly weights: Float64Array;
  /** A term is answered from this probability; the likeliest always is. */
  readonly threshold: number;
}

const THRESHOLDS = Array.from({ length: 17 }, (_, i) => (i + 2) / 20);
const UNTUNED = 0.5;
const SHOWN = 5;

const fitTerms: Fit<'normalisation', TermsParameters> = async (request) => {
  const { train, dev, parameters, onProgress, signal } = request;
  const { terminology, candidates: most, c } = parameters;
  const { vocabulary, known } = await collectTerms(train, terminology);
  const finder = await createFinder(vocabulary, known, most, signal);
  onProgress?.(0.2);
  const untuned: Knowledge = {
    ...{ vocabulary, known, most, threshold: UNTUNED },
    weights: await learnWeights({ vocabulary, known }, finder, c, signal),
  };
  onProgress?.(0.9);
  return fitted({ ...untuned, threshold: tune(untuned, finder, dev, request.score) }, finder);
};

export const fit: Fits<TermsParameters> = { normalisation: fitTerms };

/** The threshold with the best score on dev, of equal ones the highest. */
function tune(
  knowledge: Knowledge,
  finder: TermFinder,
  dev: FitRequest<'normalisation'>['dev'],
  score: FitRequest<'normalisation'>['score'],
): number {
  if (dev.length === 0) return UNTUNED;
  const judge = createJudge(knowledge, finder);
  const judged = dev.map(({ input }) => judge(input.text));
  let [best, threshold] = [Number.NEGATIVE_INFINITY, UNTUNED];
  for (const tried of THRESHOLDS) {
    const reached = score(
      dev,
      judged.map((terms) => chosen(terms, tried)),
    );
    if (reached >= best) [best, threshold] = [reached, tried];
  }
  return threshold;
}

const chosen = (judged: readonly JudgedTerm[], threshold: number): Prediction<'normalisation'> => ({
  terms: judged.filter(({ probability }, i) => i === 0 || probability >= threshold).map(({ term }) => term),
});

function fitted(knowledge: Knowledge, finder: TermFinder): FittedModel<'normalisation'> {
  const { weights, ...rest } = knowledge;
  const content = { header: { family: 'normalisation', ...rest }, arrays: { weights } };
  const judge = createJudge(knowledge, finder);
  return {
    bytes: sizeOf(content),
    answer: (inputs, options) =>
      answerEach(inputs, options, ({ text }) => chosen(judge(text), knowledge.threshold)),
    save: (file) => writeModelFile(file, 'terms', content),
    explain: ({ text }) =>
      judge(text)
        .slice(0, SHOWN)
        .map(({ term, probability }) => bothLanguages(`${probability.toFixed(3)} ${term}`)),
  };
}

const headerJson = z.object({
  vocabulary: z.array(z.string()),
  known: z.array(z.object({ text: z.string(), terms: z.array(z.int().min(0)) })),
  most: z.int().min(1).max(1000),
  threshold: z.number(),
});

/** Reads a model that `save` wrote. UserError if the file is damaged, of another kind or another family. */
export async function load(file: string, task: Task): Promise<FittedModel<'normalisation'>> {
  const spec = { header: headerJson, arrays: { weights: 'Float64Array' } } as const;
  const { header, arrays } = await openModelFile(file, 'terms', task.family, spec);
  requireRules(file, arrays, { weights: { length: FEATURES.length + 1 } });
  const { length } = header.vocabulary;
  if (header.known.some(({ terms }) => terms.some((term) => term >= length)))
    throw damaged(file, { en: 'it names terms that it lacks', zh: '引用了不存在的术语' }, 'header.known');
  const knowledge: Knowledge = { ...header, weights: arrays.weights };
  return fitted(knowledge, await createFinder(header.vocabulary, header.known, header.most));
}
