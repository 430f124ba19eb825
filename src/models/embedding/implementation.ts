import * as z from 'zod';
import type { Task } from '../../tasks/task.ts';
import type { Fits, FittedModel } from '../contract.ts';
import { requireDeclared } from '../shared/labels/declared.ts';
import { labellingJson } from '../shared/labels/labelling.ts';
import { damaged, openModelFile, pickArrays, readModelFile } from '../shared/modelfile.ts';
import { withParts } from '../shared/parts.ts';
import { decisionJson, fitRanking, fitSimilarity, rankingModel, similarityModel } from './cosine.ts';
import { estimateServed } from './estimate.ts';
import { encoderJson, reopenEncoder } from './kept.ts';
import { neighbourHead } from './knn.ts';
import { fitLabels, type LabelHead, labelModel } from './labels.ts';
import { logisticHead } from './logistic.ts';
import type { EmbeddingParameters } from './parameters.ts';

const fits = {
  ranking: fitRanking,
  similarity: (request) =>
    request.parameters.head === 'cosine' ? fitSimilarity(request) : fitLabels(request),
  classification: fitLabels,
  multilabel: fitLabels,
  inference: fitLabels,
} satisfies Fits<EmbeddingParameters>;

/** The calls that a service would get; undefined for encoders in this process. */
export const estimate = estimateServed;

const headerJson = z.object({
  encoder: encoderJson,
  decision: decisionJson.optional(),
  labelling: labellingJson.optional(),
  head: z.enum(['logistic', 'knn']).optional(),
  width: z.int().min(1).optional(),
  k: z.int().min(1).optional(),
});

/**
 * Reads a model that `save` wrote; `init` says where the encoder is now. Throws a UserError if the file is damaged, of
 * another kind or family, or the encoder is not the one that the model was fitted with.
 */
async function loadWhole(
  file: string,
  task: Task,
  answering: Partial<EmbeddingParameters>,
): Promise<FittedModel> {
  const { header } = await openModelFile(file, 'embedding', task.family, { header: headerJson, arrays: {} });
  const { labelling, decision } = header;
  if (decision) requireDeclared(file, task, [decision.positive, decision.negative]);
  if (labelling) requireDeclared(file, task, labelling.labels);
  const encoder = await reopenEncoder(header.encoder, task, answering);
  if (decision) return similarityModel(encoder, decision);
  if (!labelling) return rankingModel(encoder);
  return labelModel(encoder, { ...labelling, task }, await openHead(file, header, labelling, answering));
}

/** A frozen encoder with a head: see docs/models/embedding.md. */
export const { fit, load } = withParts({ fit: fits, load: loadWhole });

async function openHead(
  file: string,
  { head, width = 0, k = 1 }: z.infer<typeof headerJson>,
  { outputs, link }: z.infer<typeof labellingJson>,
  { threads }: Partial<EmbeddingParameters>,
): Promise<LabelHead> {
  const { arrays } = await readModelFile(file, 'embedding');
  if (head === 'logistic') {
    const own = pickArrays(arrays, { weights: 'Float64Array', intercepts: 'Float64Array' } as const);
    if (own?.weights.length === width * outputs && own.intercepts.length === outputs)
      return logisticHead({ width, outputs, link, ...own });
  } else {
    const own = pickArrays(arrays, { rows: 'Float32Array', targets: 'Float64Array' } as const);
    if (own && own.rows.length * outputs === own.targets.length * width)
      return neighbourHead({ ...own, width, outputs, k, threads });
  }
  throw damaged(file, { en: 'its head is not of this shape', zh: '任务头形状不符' }, 'head');
}
