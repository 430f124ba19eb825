import { availableParallelism } from 'node:os';
import * as z from 'zod';
import { digestTextEncoder } from '../../encoders/folder/digest.ts';
import { openTextTokenizer } from '../../encoders/inference/text-encoder.ts';
import { createUnknownCounter } from '../../encoders/tokenizers/unknown.ts';
import { UserError } from '../../ground/errors.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { FitRequest, FittedModel } from '../contract.ts';
import type { ModelContent } from '../shared/modelfile.ts';
import { DEVICES } from '../shared/parameters.ts';
import { type EmbeddingParameters, POOLING_CHOICES } from './parameters.ts';
import { openVectors, type Vectors } from './vectors.ts';

/** The encoder of a model: what makes vectors, and the prompts that it was fitted with. */
export interface Encoder {
  readonly vectors: Vectors;
  readonly prompts: Pick<EmbeddingParameters, 'prompt' | 'queryPrompt' | 'documentPrompt'>;
  /** For a model file. */
  readonly header: z.infer<typeof encoderJson>;
}

/** What stands of the encoder in a model file; its weights stay where they are. */
export const encoderJson = z.object({
  init: z.string(),
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

/** Opens the encoder of a model that is to be fitted, after a note where its vocabulary lacks much of what is trained on. */
export async function openEncoder<F extends FamilyId>({
  task,
  train,
  parameters,
  onNote,
}: FitRequest<F, EmbeddingParameters>): Promise<Encoder> {
  if (onNote) {
    const counter = createUnknownCounter(await openTextTokenizer(parameters.init));
    for (const { input } of train) for (const text of familyOf(task).texts(input)) counter.add(text);
    const note = counter.note();
    if (note) onNote({ en: `${task.id}: ${note.en}`, zh: `${task.id}：${note.zh}` });
  }
  const vectors = await openVectors(parameters);
  const { init, pooling, normalize, maxLength, device, prompt, queryPrompt, documentPrompt } = parameters;
  const prompts = { prompt, queryPrompt, documentPrompt };
  return {
    vectors,
    prompts,
    header: { init, sha256: vectors.encoder, pooling, normalize, maxLength, device, ...prompts },
  };
}

/**
 * The encoder that a model was fitted with, where it lies now. Throws a UserError `other-encoder` where something else is
 * there.
 */
export async function reopenEncoder(
  header: Encoder['header'],
  { init = header.init, device = header.device, threads, cache = true }: Partial<EmbeddingParameters>,
): Promise<Encoder> {
  if ((await digestTextEncoder(init)) !== header.sha256)
    throw new UserError(
      'other-encoder',
      { en: 'This is not the encoder that the model was fitted with', zh: '这不是训练该模型时所用的编码器' },
      {
        file: init,
        hint: {
          en: 'Name the folder of that encoder with --param init=DIR, or fit the model again.',
          zh: '请用 --param init=DIR 指定原编码器目录，或重新训练模型。',
        },
      },
    );
  const { pooling, normalize, maxLength, prompt, queryPrompt, documentPrompt } = header;
  const vectors = await openVectors({
    ...{ init, pooling, normalize, maxLength, device, cache },
    threads: threads ?? availableParallelism(),
  });
  return { vectors, prompts: { prompt, queryPrompt, documentPrompt }, header: { ...header, init } };
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
