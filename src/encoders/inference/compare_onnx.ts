import { dirname } from 'node:path';
import { openModel } from '../../autograd/index.ts';
import { loadRuntime } from '../../autograd/session.ts';
import { UserError } from '../../ground/errors.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf } from '../architectures/registry.ts';
import { toFloats } from '../weights/floats.ts';
import type { OnnxWeights } from '../weights/onnx/open.ts';
import type { Tensor } from '../weights/stored.ts';
import { exportOnnx } from './export.ts';
import { encoderFeeds, type Sequence } from './sequences.ts';

/** How far two encoders differ in the last hidden states of some texts. */
export interface Comparison {
  readonly texts: number;
  /** Largest difference, in relation to the largest value. */
  readonly difference: number;
  /** Smallest cosine of the vectors of a text: that of `[CLS]`, and the mean of its tokens. */
  readonly cosine: number;
}

type Hidden = Float32Array<ArrayBufferLike>;

/** Runs an ONNX file and the encoder that was read from it on the same texts. */
export async function compareWithOnnx(
  source: OnnxWeights,
  config: EncoderConfig,
  tensors: ReadonlyMap<string, Tensor>,
  sequences: readonly Sequence[],
): Promise<Comparison> {
  const theirs = await hiddenOfFile(source, config, sequences);
  const ours = await hiddenOfTensors(config, tensors, sequences);
  let [difference, largest, cosine] = [0, 0, 1];
  for (const [i, own] of ours.entries()) {
    const other = theirs[i];
    if (own.length !== other.length)
      throw unrunnable(source.file, `${other.length} values, not ${own.length}`);
    for (let k = 0; k < own.length; k++) {
      difference = Math.max(difference, Math.abs(own[k] - other[k]));
      largest = Math.max(largest, Math.abs(other[k]));
      if (Number.isNaN(own[k]) || Number.isNaN(other[k])) difference = Number.POSITIVE_INFINITY;
    }
    for (const pool of [firstOf, meanOf])
      cosine = Math.min(cosine, cosineOf(pool(own, config.hiddenSize), pool(other, config.hiddenSize)));
  }
  return { texts: sequences.length, difference: difference / (largest || 1), cosine };
}

const firstOf = (hidden: Hidden, size: number): Hidden => hidden.subarray(0, size);

function meanOf(hidden: Hidden, size: number): Hidden {
  const mean = new Float32Array(size);
  for (let i = 0; i < hidden.length; i++) mean[i % size] += hidden[i];
  return mean;
}

function cosineOf(a: Hidden, b: Hidden): number {
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    squaresA += a[i] ** 2;
    squaresB += b[i] ** 2;
  }
  return product / Math.sqrt(squaresA * squaresB);
}

async function hiddenOfTensors(
  config: EncoderConfig,
  tensors: ReadonlyMap<string, Tensor>,
  sequences: readonly Sequence[],
): Promise<Hidden[]> {
  const { isEncoder } = architectureOf(config).parameters;
  const weights = new Map([...tensors].filter(([name]) => isEncoder(name)));
  const program = await openModel(exportOnnx({ config, weights, precision: 'fp32' }));
  const found: Hidden[] = [];
  for (const sequence of sequences) {
    const shape = { batch: 1, length: sequence.ids.length };
    const feeds = encoderFeeds([sequence], shape, config.padTokenId);
    const { last_hidden_state: hidden } = await program.run(feeds, {
      sizes: { batch: 1, sequence: shape.length },
    });
    found.push(Float32Array.from(hidden, Number));
  }
  await program.release();
  return found;
}

/** Where external data files are found when the model is given as bytes. */
const EXTERNAL_FOLDER = 'model_external_initializers_file_folder_path';
/** Without this, products of uint8 and int8 overflow on processors without VNNI, and the outputs of such a file are wrong. */
const EXACT_INTEGERS = { x64quantprecision: '1' };

/** The last hidden states of an ONNX file, of one text at a time; files of fixed sizes get padded ones. */
async function hiddenOfFile(
  { file, model, external, hidden, output }: OnnxWeights,
  config: EncoderConfig,
  sequences: readonly Sequence[],
): Promise<Hidden[]> {
  const { InferenceSession, Tensor: RuntimeTensor } = await loadRuntime();
  const bytes = output === undefined ? withOutput(model, hidden) : model;
  const name = output ?? hidden;
  try {
    const session = await InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      logSeverityLevel: 4,
      enableMemPattern: false,
      extra: { session: { ...EXACT_INTEGERS, ...(external && { [EXTERNAL_FOLDER]: dirname(file) }) } },
    });
    const found: Hidden[] = [];
    for (const { ids, types } of sequences) {
      const feeds: Record<string, InstanceType<typeof RuntimeTensor>> = {};
      for (const meta of session.inputMetadata) {
        if (!meta.isTensor) throw new Error(`${meta.name} is not a tensor`);
        const [batch, length] = [1, ids.length].map((size, axis) => {
          const side = meta.shape[axis];
          return typeof side === 'number' && side > 0 ? side : size;
        });
        if (length < ids.length) throw new Error(`${meta.name} has ${length} positions`);
        const padded = encoderFeeds([{ ids, types }], { batch, length }, config.padTokenId);
        const values = valuesFor(meta.name, padded, length);
        const data = meta.type === 'int32' ? Int32Array.from(values, Number) : values;
        feeds[meta.name] = new RuntimeTensor(meta.type as 'int64', data as BigInt64Array, [batch, length]);
      }
      const { data } = (await session.run(feeds, [name]))[name];
      found.push(floatsOf(data).slice(0, ids.length * config.hiddenSize));
    }
    await session.release();
    return found;
  } catch (error) {
    throw unrunnable(file, error instanceof Error ? error.message.split('\n')[0] : String(error));
  }
}

/** The value fed to an input of this name. */
function valuesFor(name: string, feeds: ReturnType<typeof encoderFeeds>, length: number): BigInt64Array {
  const {
    input_ids: ids,
    attention_mask: mask,
    token_type_ids: types,
  } = feeds as Record<string, BigInt64Array>;
  if (/mask/i.test(name)) return mask;
  if (/task/i.test(name)) return new BigInt64Array(ids.length);
  if (/type|segment/i.test(name)) return types;
  if (/position/i.test(name)) return ids.map((_, i) => BigInt(i % length));
  if (/ids|input|token/i.test(name)) return ids;
  throw new Error(`unknown input ${name}`);
}

function floatsOf(data: unknown): Hidden {
  if (data instanceof Float32Array) return data;
  if (!ArrayBuffer.isView(data)) throw new Error('the output has no numbers');
  const bytes = new Uint8Array(data.byteLength);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return toFloats(bytes, 'f16')!;
}

/** A model with one more output. Messages that follow each other are merged, by the rules of protocol buffers. */
function withOutput(model: Buffer, name: string): Buffer {
  const field = (number: number, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from([number * 8 + 2]), varint(content.length), content]);
  return Buffer.concat([model, field(7, field(12, field(1, Buffer.from(name))))]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

const unrunnable = (file: string, why: string): UserError =>
  new UserError(
    'onnx-not-runnable',
    {
      en: `The ONNX file cannot be run, so its import cannot be verified: ${why}`,
      zh: `无法运行该 ONNX 文件，因而无法校验导入结果：${why}`,
    },
    {
      file,
      hint: {
        en: 'The file may be damaged, or made for another runtime: export it again.',
        zh: '文件可能已损坏，或面向其他运行时，请重新导出。',
      },
    },
  );
