import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Device } from '../../autograd/index.ts';
import type { BertConfig } from '../../bert/config.ts';
import { exportOnnx, PRECISIONS, type Precision } from '../../bert/encoder/export.ts';
import { type Forward, openForward } from '../../bert/encoder/forward.ts';
import { saveFolder } from '../../bert/folder/save.ts';
import type { Head } from '../../bert/heads/head.ts';
import type { Tokenizer } from '../../bert/tokenizer/tokenizer.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import type { FamilyId, Input, Prediction } from '../../tasks/examples.ts';
import type { Predictor } from '../model.ts';
import type { Plan } from './plan.ts';
import { oneOf } from './settings.ts';

export type Weights = ReadonlyMap<string, Float32Array>;

/** Beside the weights: how the family was taught. */
const RECORD = 'chineseblue.json';

const recordJson = z.object({
  schema: z.literal('chineseblue/bert@1'),
  family: z.string(),
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

export interface Fitted<F extends FamilyId> {
  readonly config: BertConfig;
  readonly tokenizer: Tokenizer;
  readonly plan: Plan<F>;
  readonly record: KeptRecord;
  readonly weights: Weights;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly device: Device;
  readonly threads: number;
}

/**
 * A fine-tuned model that answers and can be kept as a folder. It answers by what it would write as `onnx/model.onnx` or
 * `onnx/model_quantized.onnx`. Throws a UserError for a `dtype` that there is not.
 */
export async function createPredictor<F extends FamilyId>(fitted: Fitted<F>): Promise<Predictor<F>> {
  const { config, tokenizer, plan, record, weights, shapes, device, threads } = fitted;
  const tensors = new Map([...shapes].map(([name, shape]) => [name, { shape, data: weights.get(name)! }]));
  const { architecture } = plan.head;
  const head = plan.head as Head<never, unknown>;
  const exported = (precision: Precision, hidden = false): Uint8Array =>
    exportOnnx({ config, head, hidden, weights: tensors, precision });
  const dtype = oneOf('dtype', record.parameters.dtype ?? PRECISIONS[0], PRECISIONS);
  const forward = await openForward(head, exported(dtype), { config, device, threads });
  return {
    bytes: [...weights.values()].reduce((sum, { byteLength }) => sum + byteLength, 0),
    predict: (inputs, onProgress) => answerAll(plan, inputs, forward, weights, onProgress),
    async save(folder) {
      const kept = { ...config, architecture, labels: plan.labels };
      // a class of `transformers` without the head gives hidden states: here they stand beside the head's scores
      const hidden = architecture === 'BertModel';
      const extra = new Map<string, string | Uint8Array>([
        [RECORD, `${JSON.stringify(record, null, 2)}\n`],
        ['onnx/model.onnx', exported('fp32', hidden)],
        ['onnx/model_quantized.onnx', exported('int8', hidden)],
      ]);
      await saveFolder(folder, { config: kept, tensors, tokenizer }, extra);
    },
  };
}
