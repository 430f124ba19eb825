import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Device } from '../../autograd/index.ts';
import type { BertConfig } from '../../bert/config.ts';
import { exportOnnx } from '../../bert/encoder/export.ts';
import { createForward, type Forward, openForward } from '../../bert/encoder/forward.ts';
import { saveFolder } from '../../bert/folder/save.ts';
import type { Head } from '../../bert/heads/head.ts';
import type { Tokenizer } from '../../bert/tokenizer/tokenizer.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import type { FamilyId, Input, Prediction } from '../../tasks/examples.ts';
import type { Predictor } from '../model.ts';
import type { Plan } from './plan.ts';

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

/** A fine-tuned model that answers and can be kept as a folder. Throws a UserError where `dtype` does not fit it. */
export async function createPredictor<F extends FamilyId>(fitted: Fitted<F>): Promise<Predictor<F>> {
  const { config, tokenizer, plan, record, weights, shapes, device, threads } = fitted;
  const tensors = new Map([...shapes].map(([name, shape]) => [name, { shape, data: weights.get(name)! }]));
  const { architecture } = plan.head;
  const exported = (precision: 'fp32' | 'int8'): Uint8Array =>
    exportOnnx({
      config,
      head: architecture === 'BertModel' ? undefined : plan.head,
      weights: tensors,
      precision,
    });
  const dtype = String(record.parameters.dtype ?? 'fp32');
  if (dtype !== 'fp32' && (dtype !== 'int8' || architecture === 'BertModel')) {
    throw new UserError(
      'bad-parameter',
      `dtype ${dtype} is not to be had here: fp32 is, and int8 but for span heads`,
      {
        field: 'dtype',
        exitCode: EXIT.usage,
      },
    );
  }
  const options = { config, device, threads };
  const head = plan.head as Head<never, unknown>;
  const forward =
    dtype === 'int8'
      ? await openForward(head, exported('int8'), options)
      : createForward(head, { ...options, shapes, weights: Object.fromEntries(weights) });
  return {
    bytes: [...weights.values()].reduce((sum, { byteLength }) => sum + byteLength, 0),
    predict: (inputs, onProgress) => answerAll(plan, inputs, forward, weights, onProgress),
    async save(folder) {
      const kept = { ...config, architecture, labels: plan.labels };
      const extra = new Map<string, string | Uint8Array>([
        [RECORD, `${JSON.stringify(record, null, 2)}\n`],
        ['onnx/model.onnx', exported('fp32')],
        ['onnx/model_quantized.onnx', exported('int8')],
      ]);
      await saveFolder(folder, { config: kept, tensors, tokenizer }, extra);
    },
  };
}
