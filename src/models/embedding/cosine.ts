import * as z from 'zod';
import { cosine } from '../../encoders/inference/vectors.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fit, FitRequest, FittedModel } from '../contract.ts';
import { textsOf } from '../shared/features/inputs.ts';
import { byFrequency, countBy } from '../shared/labels/labels.ts';
import { bestThreshold } from '../shared/labels/threshold.ts';
import { type ModelContent, sizeOf, writeModelFile } from '../shared/modelfile.ts';
import { answerGroups } from './answer.ts';
import { contentOf, type Encoder, embedWith, openEncoder, requireVectors } from './kept.ts';
import type { EmbeddingParameters } from './parameters.ts';

/** The cosine from which two texts count as similar. */
export const decisionJson = z.object({
  positive: z.string(),
  negative: z.string(),
  threshold: z.number(),
});
type Decision = z.infer<typeof decisionJson>;

const ID = 'embedding';

export const fitRanking: Fit<'ranking', EmbeddingParameters> = async (request) =>
  rankingModel(await openEncoder(request));

/** Documents by the cosine with their query. */
export function rankingModel(encoder: Encoder): FittedModel<'ranking'> {
  const { vectors, prompts } = encoder;
  return {
    ...keeping(contentOf('ranking', encoder, { header: {}, arrays: {} })),
    embed: embedWith(encoder),
    answer: (inputs, options) =>
      answerGroups(inputs, options, {
        vectors,
        texts: ({ query, documents }) => [query, ...documents.map(({ title }) => title)],
        answer: async (group, signal) => {
          const queries = await vectors.of(
            group.map(({ query }) => query),
            prompts.queryPrompt,
            { signal },
          );
          const titles = group.flatMap(({ documents }) => documents.map(({ title }) => title));
          const found = (await vectors.of(titles, prompts.documentPrompt, { signal })).values();
          return group.map(({ documents }, i) => ({
            scores: documents.map(() => cosine(queries[i], found.next().value!)),
          }));
        },
      }),
  };
}

/** A threshold on the cosine, with the best F1 of the positive label on dev, or on train where there is no dev. */
export const fitSimilarity: Fit<'similarity', EmbeddingParameters> = async (request) => {
  const encoder = await openEncoder(request);
  return similarityModel(encoder, await decide(encoder, request));
};

async function decide(
  encoder: Encoder,
  { task, train, dev, onProgress, signal }: FitRequest<'similarity', EmbeddingParameters>,
): Promise<Decision> {
  const { positive, negative } = labelsOf(task, train);
  const examples = dev.length > 0 ? dev : train;
  const scores = await cosines(
    encoder,
    examples.map(({ input }) => input),
    { signal, onProgress: onProgress && ((share) => onProgress(share)) },
  );
  requireVectors(encoder, task, examples);
  const right = examples.map(({ gold }) => gold.label === positive);
  return { positive, negative, threshold: bestThreshold(scores, right, 0) };
}

function labelsOf(
  task: Task,
  train: FitRequest<'similarity'>['train'],
): Pick<Decision, 'positive' | 'negative'> {
  const counts = countBy(train, ({ gold }) => gold.label);
  const common = byFrequency(counts);
  const positive = task.positive !== undefined && counts.has(task.positive) ? task.positive : common[0];
  return { positive, negative: common.find((label) => label !== positive) ?? positive };
}

async function cosines(
  { vectors, prompts }: Encoder,
  pairs: readonly { readonly textA: string; readonly textB: string }[],
  watching: Parameters<Encoder['vectors']['of']>[2],
): Promise<number[]> {
  const texts = pairs.flatMap(({ textA, textB }) => [textA, textB]);
  const found = await vectors.of(texts, prompts.prompt, watching);
  return pairs.map((_, i) => cosine(found[2 * i], found[2 * i + 1]));
}

export function similarityModel(encoder: Encoder, decision: Decision): FittedModel<'similarity'> {
  const { positive, negative, threshold } = decision;
  return {
    ...keeping(contentOf('similarity', encoder, { header: { decision }, arrays: {} })),
    embed: embedWith(encoder),
    answer: (inputs, options) =>
      answerGroups(inputs, options, {
        vectors: encoder.vectors,
        texts: (pair) => textsOf(pair),
        answer: async (group, signal) =>
          (await cosines(encoder, group, { signal })).map((score) => ({
            label: score >= threshold ? positive : negative,
            scores: { [negative]: -score, [positive]: score },
          })),
      }),
  };
}

const keeping = (content: ModelContent): Pick<FittedModel, 'bytes' | 'save'> => ({
  bytes: sizeOf(content),
  save: (file) => writeModelFile(file, ID, content),
});
