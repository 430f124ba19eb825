import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Paths of models in folders of transformers.js and optimum, the most exact first. */
const USUAL = [
  'onnx/model.onnx',
  'model.onnx',
  'onnx/model_fp16.onnx',
  'model_fp16.onnx',
  'onnx/model_quantized.onnx',
  'model_quantized.onnx',
  'onnx/model_int8.onnx',
  'onnx/model_uint8.onnx',
];

/** The ONNX file that a path means: itself, or the best one of a folder; undefined if there is none. */
export function findOnnx(path: string): string | undefined {
  if (!existsSync(path) || !statSync(path).isDirectory()) return path.endsWith('.onnx') ? path : undefined;
  const usual = USUAL.map((name) => join(path, name)).find((file) => existsSync(file));
  if (usual) return usual;
  const others = readdirSync(path).filter((name) => name.endsWith('.onnx'));
  return others.length > 0 ? join(path, others.sort()[0]) : undefined;
}

/** The folder with an ONNX file's configuration and tokenizer: its own, or the one above `onnx/`. */
export function folderOf(file: string): string {
  const own = dirname(file);
  const above = dirname(own);
  const has = (folder: string): boolean =>
    ['config.json', 'tokenizer.json', 'vocab.txt'].some((name) => existsSync(join(folder, name)));
  return !has(own) && basename(own) === 'onnx' && has(above) ? above : own;
}
