import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import type { Architecture, EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf, readConfig } from '../architectures/registry.ts';
import { openSafetensors } from './safetensors.ts';
import {
  damaged,
  elements,
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

/** Views of one storage are read one by one; a file may make us read so many times its size and no more. */
const MAX_REREAD = 8;

/**
 * Reads a BERT: from a folder with `model.safetensors`, `pytorch_model.bin` or a TensorFlow 1 checkpoint (the
 * first of these that is there), or from one of these files. The configuration lies beside them. Every
 * parameter of the encoder must be there in its shape (the pooler may be missing); no more memory is taken
 * than the file has numbers. Throws a UserError that names the tensor.
 */
export async function readWeights(path: string): Promise<Weights> {
  const [file, open] = findWeights(path);
  const config = await readConfig(dirname(file));
  const opened = await open(file);
  try {
    const named = nameTensors(opened, architectureOf(config));
    checkShapes(named, config, opened.file);
    checkWork(named, opened.file);
    return { config, tensors: await load(named), format: opened.format, file: opened.file };
  } finally {
    await opened.close();
  }
}

type Opener = (file: string) => Promise<WeightFile>;

function findWeights(path: string): [file: string, open: Opener] {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  if (!isFolder) return [fileOf(path), openerOf(path)];
  let names: string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    throw explainFileError(error, path);
  }
  const usual = ['model.safetensors', 'pytorch_model.bin'].find((name) => names.includes(name));
  const found = usual ?? chooseIndex(path, names);
  if (found) return [join(path, found), openerOf(found)];
  const sharded = names.find((name) => /\.(safetensors|bin)\.index\.json$/.test(name));
  throw new UserError(
    'weights-missing',
    sharded ? 'The weights are split into shards' : 'The folder has no weights',
    {
      file: path,
      hint: sharded
        ? 'Save them as one file in Python: model.save_pretrained(DIR, max_shard_size="10GB").'
        : 'It needs model.safetensors, pytorch_model.bin, or bert_model.ckpt.index with its .data file.',
    },
  );
}

const isCheckpoint = (name: string): boolean => /\.(ckpt(-\d+)?|index|meta|data-\d{5}-of-\d{5})$/.test(name);

const fileOf = (path: string): string => (isCheckpoint(path) ? indexName(path) : path);

function openerOf(path: string): Opener {
  const name = basename(path);
  if (name.endsWith('.safetensors')) return openSafetensors;
  if (/\.(bin|pt|pth)$/.test(name)) return openTorch;
  if (isCheckpoint(name)) return openTensorflow;
  throw new UserError('weights-format', 'This is neither a folder nor a file of weights', {
    file: path,
    hint: 'Give a folder, a .safetensors, a .bin (PyTorch) or a .ckpt (TensorFlow 1).',
  });
}

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
    if (before) throw damaged(file, stored.name, `${before.stored.name} means the same parameter, ${name}`);
    if (transposed && stored.shape.length !== 2) {
      throw damaged(file, stored.name, `a kernel has two dimensions, this has ${stored.shape.length}`);
    }
    named.set(name, { stored, transposed, shape: transposed ? stored.shape.toReversed() : stored.shape });
  }
  return named;
}

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
        `The shape of the tensor is ${is}; by the configuration it is ${should}`,
        {
          file,
          field: found.stored.name,
          hint: 'Check that config.json belongs to these weights.',
        },
      );
    }
    if (parameters.isPooler(name) && ![...named.keys()].some(parameters.isPooler)) continue;
    throw new UserError('weights-incomplete', `The file has no tensor ${name}`, {
      file,
      field: name,
      hint: `It has ${[...named.keys()].slice(0, 3).join(', ') || 'no tensors'}…: it should be a BERT, with as many layers as config.json says.`,
    });
  }
  for (const [name, { stored }] of named) {
    if (!shapes.has(name) && parameters.isEncoder(name)) {
      throw new UserError('weights-unexpected', 'The tensor has no place in a BERT of this configuration', {
        file,
        field: stored.name,
        hint: 'Check that config.json belongs to these weights: its number of layers, and that the model is a BERT.',
      });
    }
  }
}

function checkWork(named: ReadonlyMap<string, Named>, file: string): void {
  const distinct = new Map([...named.values()].map(({ stored }) => [stored.identity, stored]));
  let read = 0;
  let held = 0;
  for (const stored of distinct.values()) {
    read += stored.bytes;
    held += elements(stored.shape);
  }
  const size = fileBytes(file);
  if (read > size * MAX_REREAD || held > size) {
    throw damaged(file, 'tensors', `they take ${read} bytes in all, more than the file can hold`);
  }
}

/** Of all the files of a checkpoint. */
function fileBytes(file: string): number {
  const prefix = basename(file).replace(/\.index$/, '');
  const files = file.endsWith('.index')
    ? readdirSync(dirname(file)).filter((name) => name.startsWith(prefix))
    : [];
  return [basename(file), ...files].reduce((sum, name) => sum + statSync(join(dirname(file), name)).size, 0);
}

async function load(named: ReadonlyMap<string, Named>): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>();
  const byIdentity = new Map<string, Float32Array>();
  for (const [name, { stored, shape, transposed }] of named) {
    let data = byIdentity.get(stored.identity);
    if (!data) {
      const values = await stored.read();
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
