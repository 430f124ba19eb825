import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { EncoderConfig } from '../../encoders/architectures/architecture.ts';
import { architectureOf } from '../../encoders/architectures/registry.ts';
import { onnxFiles } from '../../encoders/folder/onnx.ts';
import { OWN_WEIGHTS, splitOwn } from '../../encoders/folder/own.ts';
import { saveFolder } from '../../encoders/folder/save.ts';
import { DTYPES, type Dtype, exportOnnx } from '../../encoders/inference/export.ts';
import { type Forward, openForward } from '../../encoders/inference/forward.ts';
import type { Tokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import type { Tensor } from '../../encoders/weights/read.ts';
import { safetensorsFile } from '../../encoders/weights/safetensors_write.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import type { FamilyId, Input, Prediction } from '../../tasks/examples.ts';
import { families } from '../../tasks/families/registry.ts';
import type { Predictor } from '../contract.ts';
import type { Plan } from './plan.ts';
import { deviceOf, oneOf, threadsOf } from './settings.ts';

export type Weights = ReadonlyMap<string, Float32Array>;

/** Beside the weights: how the family was taught. */
export const RECORD = 'chineseblue.json';

const recordJson = z.object({
  schema: z.literal('chineseblue/bert@1'),
  family: z.custom<FamilyId>((value) => typeof value === 'string' && Object.hasOwn(families, value)),
  task: z.string(),
  maxLength: z.int().min(3),
  parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  learnt: z.unknown(),
});
export type KeptRecord = z.infer<typeof recordJson>;

/** Reads how a folder was taught. Throws a UserError where it was not fine-tuned by this program. */
export async function readRecord(folder: string): Promise<KeptRecord> {
  const file = join(folder, RECORD);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw explainFileError(error, file);
  }
  const result = recordJson.safeParse(parse(text));
  if (result.success) return result.data;
  throw new UserError('not-fine-tuned', 'This does not say how the model was fine-tuned', {
    file,
    hint: 'Fine-tune again with `chineseblue train --model bert`.',
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Predictions for inputs: all of their sequences go through the model together. */
export async function answerAll<F extends FamilyId>(
  plan: Plan<F>,
  inputs: readonly Input<F>[],
  forward: Forward<unknown>,
  weights: Weights,
  onProgress?: (share: number) => void,
): Promise<Prediction<F>[]> {
  const questions = inputs.map((input) => plan.ask(input));
  const all = questions.flatMap(({ sequences }) => sequences);
  const answers = await forward(all, { onProgress });
  let at = 0;
  return questions.map(({ sequences, decode }) => {
    const own = answers.slice(at, at + sequences.length);
    at += sequences.length;
    return decode(own, (name) => weights.get(name)!);
  });
}

/** What was fine-tuned, or read back. */
export interface Fitted<F extends FamilyId> {
  readonly config: EncoderConfig;
  readonly tokenizer: Tokenizer;
  readonly plan: Plan<F>;
  readonly record: KeptRecord;
  /** Of encoder and head; also the pooler where the class of `transformers` has one that the head has no use for. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** The weights alone, by name. */
export const weightsOf = (tensors: ReadonlyMap<string, Tensor>): Weights =>
  new Map(Array.from(tensors, ([name, { data }]) => [name, data]));

/** Writes a folder that `transformers` loads as it is, and `load` too; `dtypes` are those of its ONNX files. */
export async function keep<F extends FamilyId>(
  folder: string,
  { config, tokenizer, plan, record, tensors }: Fitted<F>,
  dtypes: readonly Dtype[] = DTYPES,
): Promise<void> {
  const { known, own } = splitOwn({ config, tensors });
  const { head, labels } = plan;
  const transformersClass = head.transformersClass ?? architectureOf(config).heads.encoderClass;
  const extra = new Map([
    [RECORD, `${JSON.stringify(record)}\n`],
    ...(own.size > 0 ? [[OWN_WEIGHTS, safetensorsFile(own)] as const] : []),
    ...onnxFiles({ config, head, tensors }, dtypes),
  ]);
  const model = { config: { ...config, transformersClass, labels }, tensors: known, tokenizer };
  await saveFolder(folder, model, extra);
}

/** The model as it is kept, ready to answer. Throws a UserError for a dtype or device that there is not. */
export async function openFitted<F extends FamilyId>({
  config,
  plan,
  record: { parameters },
  tensors,
}: Fitted<F>): Promise<Forward<unknown>> {
  const { head } = plan;
  const precision = oneOf('dtype', parameters.dtype ?? DTYPES[0], DTYPES);
  const model = exportOnnx({ config, head, weights: tensors, precision });
  return openForward(head, model, { config, device: deviceOf(parameters), threads: threadsOf(parameters) });
}

/**
 * A fine-tuned model that answers and can be kept as a folder. It answers by what is kept as `onnx/model.onnx` or
 * `onnx/model_quantized.onnx`, as its parameter `dtype` says; `device` and `threads` also come from its parameters. Throws a
 * UserError for a choice that there is not.
 */
export async function createPredictor<F extends FamilyId>(
  fitted: Fitted<F>,
  opened?: Forward<unknown>,
): Promise<Predictor<F>> {
  const { plan, tensors } = fitted;
  const forward = opened ?? (await openFitted(fitted));
  const weights = weightsOf(tensors);
  return {
    bytes: [...weights.values()].reduce((sum, { byteLength }) => sum + byteLength, 0),
    predict: (inputs, onProgress) => answerAll(plan, inputs, forward, weights, onProgress),
    save: (folder) => keep(folder, fitted),
  };
}
