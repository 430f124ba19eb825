import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { listed, type Text } from '../../ground/language.ts';
import type { Architecture, EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf, readConfig } from '../architectures/registry.ts';
import { findOnnx } from './onnx/find.ts';
import { openSafetensors } from './safetensors.ts';
import { openSharded, SHARD_INDEX } from './shards.ts';
import {
  damaged,
  elements,
  requireFinite,
  type StoredTensor,
  type Tensor,
  type WeightFile,
  type WeightFormat,
} from './stored.ts';
import { chooseIndex, indexName, openTensorflow } from './tensorflow.ts';
import { openTorch } from './torch.ts';

export type { Tensor } from './stored.ts';

export interface Weights {
  readonly config: EncoderConfig;
  /** By canonical name: Hugging Face's without `bert.`; linear weights are [out, in]. Heads keep their names. Tied ones share an array. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly format: WeightFormat;
  /** The file that the weights were read from. */
  readonly file: string;
}

/** A stored tensor under its canonical name and in its canonical orientation. */
interface Named {
  readonly stored: StoredTensor;
  readonly shape: readonly number[];
  readonly transposed: boolean;
}

/** Views of one storage are read separately; in total at most this many times the size of the file. */
const MAX_REREAD = 8;

/**
 * Reads a model: from a folder with `model.safetensors`, `pytorch_model.bin` (either may be split into shards) or a
 * TensorFlow 1 checkpoint (the first of these that exists), or from one of these files, with the configuration next to it. Every
 * parameter of the encoder must be present in its shape (the pooler may be missing); memory stays in proportion to the
 * file. Throws a UserError that names the tensor.
 */
export async function readWeights(path: string): Promise<Weights> {
  const [file, open] = findWeights(path);
  const config = await readConfig(dirname(file));
  return takeWeights(await open(file), config);
}

/** As `readWeights`, of an opened file, which is closed. */
export async function takeWeights(opened: WeightFile, config: EncoderConfig): Promise<Weights> {
  try {
    const named = nameTensors(opened, architectureOf(config));
    checkShapes(named, config, opened.file);
    checkWork(named, opened);
    return { config, tensors: await load(named, opened.file), format: opened.format, file: opened.file };
  } finally {
    await opened.close();
  }
}

type Opener = (file: string) => Promise<WeightFile>;

/** Files of weights by the names that `transformers` writes, in the order in which it looks for them. */
const USUAL = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
];

/** Whether a path is a folder with weights that `readWeights` reads. */
export const hasWeights = (path: string): boolean =>
  existsSync(path) &&
  statSync(path).isDirectory() &&
  readdirSync(path).some((name) => USUAL.includes(name) || name.endsWith('.index'));

function findWeights(path: string): [file: string, open: Opener] {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  if (!isFolder) return [fileOf(path), openerOf(path)];
  let names: string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    throw explainFileError(error, path);
  }
  const found = USUAL.find((name) => names.includes(name)) ?? chooseIndex(path, names);
  if (found) return [join(path, found), openerOf(found)];
  const onnx = findOnnx(path);
  if (onnx) throw onnxOnly(onnx, path);
  throw new UserError(
    'weights-missing',
    { en: 'The folder has no weights', zh: '目录中没有权重文件' },
    {
      file: path,
      hint: {
        en: 'Add model.safetensors, pytorch_model.bin, or bert_model.ckpt.index with its .data file; an ONNX file is converted by `chineseblue model import`.',
        zh: '需要 model.safetensors、pytorch_model.bin，或 bert_model.ckpt.index 及其 .data 文件；ONNX 文件请用 `chineseblue model import` 转换。',
      },
    },
  );
}

const isCheckpoint = (name: string): boolean => /\.(ckpt(-\d+)?|index|meta|data-\d{5}-of-\d{5})$/.test(name);

const fileOf = (path: string): string => (isCheckpoint(path) ? indexName(path) : path);

function openerOf(path: string): Opener {
  const name = basename(path);
  const [, shards] = SHARD_INDEX.exec(name) ?? [];
  if (shards) return (file) => openSharded(file, shards === 'bin' ? openTorch : openSafetensors);
  if (name.endsWith('.safetensors')) return openSafetensors;
  if (/\.(bin|pt|pth)$/.test(name)) return openTorch;
  if (isCheckpoint(name)) return openTensorflow;
  if (name.endsWith('.onnx')) throw onnxOnly(path, path);
  throw new UserError(
    'weights-format',
    { en: 'This is neither a folder nor a weights file', zh: '既不是目录，也不是权重文件' },
    {
      file: path,
      hint: {
        en: 'Give a folder, a .safetensors, a .bin (PyTorch), a .ckpt (TensorFlow 1) or, to import it, an .onnx.',
        zh: '请指定目录、.safetensors、.bin（PyTorch）、.ckpt（TensorFlow 1），或用于导入的 .onnx。',
      },
    },
  );
}

/** Weights in ONNX are converted before they are used, since what was read is compared with the file then. */
const onnxOnly = (file: string, given: string): UserError =>
  new UserError(
    'weights-onnx',
    { en: 'The weights are in an ONNX file', zh: '权重为 ONNX 文件' },
    {
      file,
      hint: {
        en: `Convert them first: \`chineseblue model import ${given} --out DIR\`.`,
        zh: `请先转换：\`chineseblue model import ${given} --out DIR\`。`,
      },
    },
  );

function nameTensors(
  { tensors, format, file }: WeightFile,
  { parameters }: Architecture,
): Map<string, Named> {
  const named = new Map<string, Named>();
  for (const stored of tensors) {
    const canonical =
      format === 'tensorflow'
        ? parameters.canonicalTensorflow(stored.name)
        : { name: parameters.canonical(stored.name), transposed: false };
    if (!canonical?.name) continue;
    const { name, transposed } = canonical;
    const before = named.get(name);
    if (before)
      throw damaged(file, stored.name, {
        en: `${before.stored.name} is the same parameter, ${name}`,
        zh: `与 ${before.stored.name} 为同一参数 ${name}`,
      });
    if (transposed && stored.shape.length !== 2) {
      throw damaged(file, stored.name, {
        en: `a kernel has two dimensions, this has ${stored.shape.length}`,
        zh: `kernel 应为二维，实际为 ${stored.shape.length} 维`,
      });
    }
    named.set(name, { stored, transposed, shape: transposed ? stored.shape.toReversed() : stored.shape });
  }
  return named;
}

const CHECK_CONFIG: Text = {
  en: 'Check that config.json belongs to these weights.',
  zh: '请检查 config.json 与权重是否对应。',
};

function checkShapes(named: ReadonlyMap<string, Named>, config: EncoderConfig, file: string): void {
  const { parameters } = architectureOf(config);
  const shapes = parameters.shapes(config);
  for (const [name, shape] of shapes) {
    const found = named.get(name);
    if (found) {
      if (String(found.shape) === String(shape)) continue;
      const [is, should] = [found.shape, shape].map((one) => JSON.stringify(one));
      throw new UserError(
        'weights-shape',
        {
          en: `The shape of the tensor is ${is}; by the configuration it is ${should}`,
          zh: `张量形状为 ${is}，按配置应为 ${should}`,
        },
        { file, field: found.stored.name, hint: CHECK_CONFIG },
      );
    }
    if (parameters.isPooler(name) && ![...named.keys()].some(parameters.isPooler)) continue;
    const some = listed(named.size > 0 ? [...named.keys()].slice(0, 3) : ['–']);
    throw new UserError(
      'weights-incomplete',
      { en: `The file has no tensor ${name}`, zh: `文件中没有张量 ${name}` },
      {
        file,
        field: name,
        hint: {
          en: `It has ${some.en}…: check the model type and the number of layers in config.json.`,
          zh: `现有 ${some.zh} 等，请检查 config.json 中的模型类型与层数。`,
        },
      },
    );
  }
  for (const [name, { stored }] of named) {
    if (!shapes.has(name) && parameters.isEncoder(name)) {
      throw new UserError(
        'weights-unexpected',
        { en: 'No parameter of this configuration has this name', zh: '该配置的模型没有此名称的参数' },
        { file, field: stored.name, hint: CHECK_CONFIG },
      );
    }
  }
}

function checkWork(named: ReadonlyMap<string, Named>, { file, size }: WeightFile): void {
  const distinct = new Map([...named.values()].map(({ stored }) => [stored.identity, stored]));
  let read = 0;
  let held = 0;
  for (const stored of distinct.values()) {
    read += stored.bytes;
    held += elements(stored.shape);
  }
  if (read > size * MAX_REREAD || held > size) {
    throw damaged(file, 'tensors', {
      en: `they take ${read} bytes in total, more than the file can hold`,
      zh: `共需 ${read} 字节，超出文件容量`,
    });
  }
}

async function load(named: ReadonlyMap<string, Named>, file: string): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>();
  const byIdentity = new Map<string, Float32Array>();
  for (const [name, { stored, shape, transposed }] of named) {
    let data = byIdentity.get(stored.identity);
    if (!data) {
      const values = await stored.read();
      requireFinite(values, stored, file);
      data = transposed ? transpose(values, stored.shape[0], stored.shape[1]) : values;
      byIdentity.set(stored.identity, data);
    }
    tensors.set(name, { shape, data });
  }
  return tensors;
}

/** [rows, columns] to [columns, rows]. */
function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = values[row * columns + column];
  }
  return result;
}
