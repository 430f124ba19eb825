import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { architectureOf } from '../../encoders/architectures/registry.ts';
import { findFolder } from '../../encoders/folder/find.ts';
import { loadFolder } from '../../encoders/folder/load.ts';
import { ONNX_FILES, onnxFiles } from '../../encoders/folder/onnx.ts';
import { readOwn, requireHead } from '../../encoders/folder/own.ts';
import { saveFolder } from '../../encoders/folder/save.ts';
import { transformersHeads } from '../../encoders/heads/transformers.ts';
import type { Dtype } from '../../encoders/inference/export.ts';
import { UserError } from '../../ground/errors.ts';
import { openKept } from './implementation.ts';
import { keep, RECORD } from './predictor.ts';

export interface Exported {
  readonly architecture: string;
  readonly files: readonly string[];
}

/**
 * Writes a Hugging Face folder with ONNX files of these `dtypes` from a folder that `train` kept, or from any BERT whose
 * head is known (`transformersHeads`). What `predict` needs goes along. Throws a UserError where `out` has files already, where the
 * head is another, and where its weights are missing.
 */
export async function exportModel(from: string, out: string, dtypes: readonly Dtype[]): Promise<Exported> {
  if (existsSync(out) && readdirSync(out).length > 0) {
    throw new UserError('folder-not-empty', 'The folder has files already', {
      file: out,
      hint: 'Choose a new folder.',
    });
  }
  const folder = findFolder(from);
  const files = dtypes.map((dtype) => ONNX_FILES[dtype]);
  if (existsSync(join(folder, RECORD))) {
    const kept = await openKept(folder);
    await keep(out, kept, dtypes);
    const { encoderClass } = architectureOf(kept.config).heads;
    return { architecture: kept.plan.head.transformersClass ?? encoderClass, files };
  }
  const { config, tensors, tokenizer } = await loadFolder(folder);
  const architecture = config.transformersClass ?? architectureOf(config).heads.encoderClass;
  const heads = transformersHeads(config);
  const headOf = heads.get(architecture);
  if (!headOf || (await readOwn(folder)).size > 0) {
    throw new UserError('unknown-head', `${architecture} with its head cannot be written as ONNX here`, {
      file: folder,
      field: 'architectures',
      hint: `A folder that \`train\` kept can, and ${[...heads.keys()].join(', ')}.`,
    });
  }
  const head = headOf(tensors);
  if (head) requireHead(head.parameters, tensors, folder);
  const onnx = onnxFiles({ config, head, tensors }, dtypes);
  await saveFolder(out, { config: { ...config, transformersClass: architecture }, tensors, tokenizer }, onnx);
  return { architecture, files };
}
