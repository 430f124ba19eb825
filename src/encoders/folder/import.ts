import { existsSync, readdirSync } from 'node:fs';
import { UserError } from '../../ground/errors.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf } from '../architectures/registry.ts';
import type { Tensor } from '../weights/read.ts';
import type { Precision } from '../weights/safetensors_write.ts';
import type { WeightFormat } from '../weights/stored.ts';
import { loadFolder } from './load.ts';
import { type Model, saveFolder } from './save.ts';

export interface Imported {
  readonly format: WeightFormat;
  readonly config: EncoderConfig;
  /** Number of tensors written, and of values in them. */
  readonly tensors: number;
  readonly parameters: number;
}

/**
 * Converts a model in any format that `readWeights` reads (TensorFlow 1, PyTorch, safetensors) to a Hugging Face folder.
 * Heads are kept. Throws a UserError where `out` is not empty, and where a number does not fit the precision.
 */
export async function importModel(
  from: string,
  out: string,
  precision: Precision = 'fp32',
): Promise<Imported> {
  if (existsSync(out) && readdirSync(out).length > 0) {
    throw new UserError(
      'folder-not-empty',
      { en: 'The folder is not empty', zh: '目录非空' },
      { file: out, hint: { en: 'Choose a new folder.', zh: '请指定新目录。' } },
    );
  }
  const model = await loadFolder(from);
  const { tokenizer, format } = model;
  const tensors = new Map([...model.tensors].filter(([name]) => !isCopy(name, model)));
  const config = { ...model.config, transformersClass: classOf(model.config, tensors) };
  await saveFolder(out, { config, tensors, tokenizer }, new Map(), precision);
  const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  return { format, config, tensors: tensors.size, parameters };
}

/** The declared class of `transformers`, unless it is the encoder's: then the one that has a place for all tensors. */
function classOf(config: EncoderConfig, tensors: ReadonlyMap<string, Tensor>): string {
  const { heads } = architectureOf(config);
  const { transformersClass: declared } = config;
  return declared && declared !== heads.encoderClass ? declared : heads.classOf(tensors);
}

/** Whether a tensor repeats a tied parameter, as files of PyTorch do. */
function isCopy(name: string, { config, tensors }: Pick<Model, 'config' | 'tensors'>): boolean {
  const { copies } = architectureOf(config).parameters;
  const [own, original] = [tensors.get(name), tensors.get(copies[name] ?? '')];
  return original !== undefined && own!.data.every((value, i) => value === original.data[i]);
}
