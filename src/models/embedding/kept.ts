import { availableParallelism } from 'node:os';
import * as z from 'zod';
import { digestTextEncoder } from '../../encoders/folder/digest.ts';
import { openTextTokenizer } from '../../encoders/inference/text-encoder.ts';
import { createUnknownCounter } from '../../encoders/tokenizers/unknown.ts';
import { UserError } from '../../ground/errors.ts';
import type { Example, FamilyId } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import type { FitRequest, FittedModel } from '../contract.ts';
import type { ModelContent } from '../shared/modelfile.ts';
import { DEVICES } from '../shared/parameters.ts';
import { type EmbeddingParameters, POOLING_CHOICES } from './parameters.ts';
import { digestServed, endpointOf, isServed, openServedVectors } from './served.ts';
import { type EncoderParameters, openVectors, type Vectors } from './vectors.ts';

/** The encoder of a model: what makes vectors, and the prompts that it was fitted with. */
export interface Encoder {
  readonly vectors: Vectors;
  readonly prompts: Pick<EmbeddingParameters, 'prompt' | 'queryPrompt' | 'documentPrompt'>;
  /** For a model file. */
  readonly header: z.infer<typeof encoderJson>;
}

/** The reference to the encoder in a model file; its weights are not copied. */
export const encoderJson = z.object({
  init: z.string(),
  /** The service that computes the vectors. */
  endpoint: z.string().optional(),
  dimensions: z.int().optional(),
  /** SHA-256 of its weights, vocabulary and settings. */
  sha256: z.string(),
  pooling: z.enum(POOLING_CHOICES),
  normalize: z.boolean().optional(),
  maxLength: z.int().optional(),
  device: z.enum(DEVICES),
  prompt: z.string(),
  queryPrompt: z.string(),
  documentPrompt: z.string(),
});

/** Opens the encoder of a model to be fitted, with a note if its vocabulary lacks much of the training texts. */
export async function openEncoder<F extends FamilyId>({
  task,
  train,
  parameters,
  onNote,
}: FitRequest<F, EmbeddingParameters>): Promise<Encoder> {
  const served = isServed(parameters);
  if (onNote && !served) {
    const counter = createUnknownCounter(await openTextTokenizer(parameters.init));
    for (const { input } of train) for (const text of familyOf(task).texts(input)) counter.add(text);
    const note = counter.note();
    if (note) onNote({ en: `${task.id}: ${note.en}`, zh: `${task.id}：${note.zh}` });
  }
  const vectors = await (served ? openServedVectors(parameters, task) : openVectors(parameters));
  const { init, pooling, normalize, maxLength, device, prompt, queryPrompt, documentPrompt } = parameters;
  const { endpoint, dimensions } = served ? parameters : {};
  const prompts = { prompt, queryPrompt, documentPrompt };
  return {
    vectors,
    prompts,
    header: {
      ...{ init, endpoint, dimensions, sha256: vectors.encoder },
      ...{ pooling, normalize, maxLength, device },
      ...prompts,
    },
  };
}

/**
 * The encoder that a model was fitted with, at its current path. Throws a UserError `other-encoder` if something else is
 * there.
 */
export async function reopenEncoder(
  header: Encoder['header'],
  task: Task,
  answering: Partial<EmbeddingParameters>,
): Promise<Encoder> {
  const { init = header.init, device = header.device, cache = true } = answering;
  const { threads = availableParallelism(), endpoint = header.endpoint } = answering;
  const { pooling, normalize, maxLength, dimensions, prompt, queryPrompt, documentPrompt } = header;
  const parameters: EncoderParameters = {
    ...answering,
    ...{ init, endpoint, dimensions, pooling, normalize, maxLength, device, threads, cache },
  };
  const served = isServed(parameters);
  const digest = served
    ? digestServed(await endpointOf(parameters), dimensions)
    : await digestTextEncoder(init);
  if (digest !== header.sha256)
    throw new UserError(
      'other-encoder',
      { en: 'This is not the encoder that the model was fitted with', zh: '这不是训练该模型时所用的编码器' },
      {
        file: init,
        hint: {
          en: 'Name the folder of that encoder with --param init=DIR (of a service: endpoint=URL), or fit the model again.',
          zh: '请用 --param init=DIR 指定原编码器目录（服务则为 endpoint=URL），或重新训练模型。',
        },
      },
    );
  const vectors = await (served ? openServedVectors(parameters, task) : openVectors(parameters));
  return { vectors, prompts: { prompt, queryPrompt, documentPrompt }, header: { ...header, init, endpoint } };
}

/** Throws a UserError `no-vector` if the service returned none for a training example. */
export function requireVectors<F extends FamilyId>(
  { vectors: { service } }: Encoder,
  task: Task,
  examples: readonly Example<F>[],
): void {
  if (!service || service.failures.size === 0) return;
  for (const { id, input } of examples)
    for (const text of familyOf(task).texts(input)) {
      const reason = service.failures.get(text);
      if (reason === undefined) continue;
      throw new UserError(
        'no-vector',
        {
          en: `The service returned no vector for a training text of ${task.id}: ${reason}`,
          zh: `服务未能为 ${task.id} 的一条训练文本给出向量：${reason}`,
        },
        {
          id,
          hint: {
            en: 'Use a model with a longer context, or run the command again where the service failed: vectors so far are kept.',
            zh: '请使用上下文更长的模型；若为服务故障，请重新执行该命令，已得到的向量均已保存。',
          },
        },
      );
    }
}

/** The capability `embed` of a model. */
export const embedWith =
  ({ vectors, prompts: { prompt } }: Encoder): NonNullable<FittedModel['embed']> =>
  (texts, { signal }) =>
    vectors.of(texts, prompt, { signal });

export const contentOf = (
  family: string,
  encoder: Encoder,
  { header, arrays }: ModelContent,
): ModelContent => ({ header: { family, encoder: encoder.header, ...header }, arrays });
