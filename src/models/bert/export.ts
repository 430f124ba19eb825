import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { architectureOf } from '../../encoders/architectures/registry.ts';
import { findFolder } from '../../encoders/folder/find.ts';
import { loadFolder } from '../../encoders/folder/load.ts';
import { ONNX_FILES, onnxFiles } from '../../encoders/folder/onnx.ts';
import { readOwn, requireHead } from '../../encoders/folder/own.ts';
import { saveFolder } from '../../encoders/folder/save.ts';
import { sentenceFiles } from '../../encoders/folder/sentence-files.ts';
import { transformersHeads } from '../../encoders/heads/transformers.ts';
import type { Dtype } from '../../encoders/inference/export.ts';
import { UserError } from '../../ground/errors.ts';
import { makeWhole } from '../../ground/staging.ts';
import { keep, openKept } from './kept.ts';
import { RECORD } from './record.ts';

export interface Exported {
  readonly architecture: string;
  readonly files: readonly string[];
}

/**
 * Writes a Hugging Face folder with ONNX files of these `dtypes` from a folder that `train` kept, with what `predict`
 * needs, or from any encoder with a supported head (`transformersHeads`). Throws a UserError `already-exists` where `out` is not empty, and one if the head is
 * not supported, and where its weights are missing.
 */
export async function exportModel(from: string, out: string, dtypes: readonly Dtype[]): Promise<Exported> {
  const folder = findFolder(from);
  return makeWhole(out, (staging) => exportInto(folder, staging, dtypes));
}

async function exportInto(folder: string, out: string, dtypes: readonly Dtype[]): Promise<Exported> {
  const files = dtypes.map((dtype) => ONNX_FILES[dtype]);
  if (existsSync(join(folder, RECORD))) {
    const kept = await openKept(folder);
    await keep(out, kept, dtypes);
    const { encoderClass } = architectureOf(kept.config).heads;
    return { architecture: kept.plan.head.transformersClass ?? encoderClass, files };
  }
  const { config, tensors, tokenizer, file } = await loadFolder(folder);
  const architecture = config.transformersClass ?? architectureOf(config).heads.encoderClass;
  const heads = transformersHeads(config);
  const headOf = heads.get(architecture);
  if (!headOf || (await readOwn(folder)).size > 0) {
    const names = [...heads.keys()];
    throw new UserError(
      'unknown-head',
      {
        en: `${architecture} with its head cannot be exported to ONNX`,
        zh: `不支持将 ${architecture} 及其任务头导出为 ONNX`,
      },
      {
        file: folder,
        field: 'architectures',
        hint: {
          en: `Give a folder that \`train\` kept, or one of ${names.join(', ')}.`,
          zh: `可导出 \`train\` 保存的目录，或 ${names.join('、')}。`,
        },
      },
    );
  }
  const head = headOf(tensors, folder);
  if (head) requireHead(head.parameters, tensors, folder);
  const onnx = onnxFiles({ config, head, tensors }, dtypes);
  const model = { config: { ...config, transformersClass: architecture }, tensors, tokenizer };
  await saveFolder(out, model, new Map([...(await sentenceFiles(dirname(file))), ...onnx]));
  return { architecture, files };
}
