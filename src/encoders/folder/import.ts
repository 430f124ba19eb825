import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeJson } from '../../ground/files.ts';
import { makeWhole } from '../../ground/staging.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf } from '../architectures/registry.ts';
import { findOnnx } from '../weights/onnx/find.ts';
import { hasWeights, type Tensor } from '../weights/read.ts';
import type { Precision } from '../weights/safetensors_write.ts';
import type { WeightFormat } from '../weights/stored.ts';
import { findFolder } from './find.ts';
import { IMPORT_FILE, loadOnnx, type OnnxImport } from './import_onnx.ts';
import { loadFolder } from './load.ts';
import { type Model, saveFolder } from './save.ts';
import { sentenceFiles } from './sentence-files.ts';

export interface Imported {
  readonly format: WeightFormat;
  readonly config: EncoderConfig;
  /** Number of tensors written, and of values in them. */
  readonly tensors: number;
  readonly parameters: number;
  /** How the imported model compares with its ONNX file. */
  readonly onnx?: OnnxImport;
}

/**
 * Converts a model in any format that `readWeights` reads (TensorFlow 1, PyTorch, safetensors) or an ONNX file to a
 * Hugging Face folder, which appears whole or not at all. Heads are kept, and so are the files of `sentence-transformers`. Throws a UserError `already-exists` where `out` is not empty, and
 * those of `convertModel` and `makeWhole`.
 */
export const importModel = (from: string, out: string, precision: Precision = 'fp32'): Promise<Imported> =>
  makeWhole(out, (staging) => convertModel(from, staging, precision));

/** As `importModel`, file by file into an existing folder. Throws a UserError if a number does not fit the precision. */
export async function convertModel(
  from: string,
  folder: string,
  precision: Precision = 'fp32',
): Promise<Imported> {
  const place = findFolder(from);
  const onnx = onnxOf(place);
  const { model, imported } = onnx ? await loadOnnx(onnx) : { model: await loadFolder(place) };
  const { tokenizer, format } = model;
  const tensors = new Map([...model.tensors].filter(([name]) => !isCopy(name, model)));
  const config = { ...model.config, transformersClass: classOf(model.config, tensors) };
  await saveFolder(folder, { config, tensors, tokenizer }, await sentenceFiles(homeOf(place)), precision);
  if (imported) await writeJson(join(folder, IMPORT_FILE), imported);
  const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  return { format, config, tensors: tensors.size, parameters, onnx: imported };
}

/** The ONNX file that a path means: itself, or that of a folder without other weights. */
function onnxOf(path: string): string | undefined {
  return hasWeights(path) ? undefined : findOnnx(path);
}

/** The folder whose settings go with a path: an ONNX file may be in a subfolder `onnx`. */
function homeOf(path: string): string {
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  return basename(folder) === 'onnx' ? dirname(folder) : folder;
}

/** The declared class of `transformers`, unless it is the encoder's: then the one that has a place for all tensors. */
function classOf(config: EncoderConfig, tensors: ReadonlyMap<string, Tensor>): string {
  const { heads } = architectureOf(config);
  const { transformersClass: declared } = config;
  return declared && declared !== heads.encoderClass ? declared : heads.classOf(tensors);
}

/** Whether a tensor repeats a tied parameter, as files of PyTorch do. */
function isCopy(name: string, { config, tensors }: Pick<Model, 'config' | 'tensors'>): boolean {
  if (config.untied) return false;
  const { copies } = architectureOf(config).parameters;
  const [own, original] = [tensors.get(name), tensors.get(copies[name] ?? '')];
  return original !== undefined && own!.data.every((value, i) => value === original.data[i]);
}
