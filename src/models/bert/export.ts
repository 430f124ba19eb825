import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BertConfig } from '../../encoders/architectures/bert/config.ts';
import { findFolder } from '../../encoders/folder/find.ts';
import { loadFolder } from '../../encoders/folder/load.ts';
import { ONNX_FILES, onnxFiles } from '../../encoders/folder/onnx.ts';
import { readOwn, requireHead } from '../../encoders/folder/own.ts';
import { saveFolder } from '../../encoders/folder/save.ts';
import type { Head } from '../../encoders/heads/head.ts';
import { maskedHead } from '../../encoders/heads/masked.ts';
import { sequenceHead } from '../../encoders/heads/sequence.ts';
import { tokenHead } from '../../encoders/heads/tokens.ts';
import type { Dtype } from '../../encoders/inference/export.ts';
import type { Tensor } from '../../encoders/weights/read.ts';
import { UserError } from '../../ground/errors.ts';
import { openKept } from './implementation.ts';
import { keep, RECORD } from './predictor.ts';

type AnyExported = Head<never, unknown> | undefined;
type Tensors = ReadonlyMap<string, Tensor>;

const classes = (tensors: Tensors): number => tensors.get('classifier.weight')?.shape[0] ?? 1;

/** The heads of `transformers` that we know, by the class in `config.json`. */
const HEADS: Readonly<Record<string, (config: BertConfig, tensors: Tensors) => AnyExported>> = {
  BertModel: () => undefined,
  BertForMaskedLM: maskedHead,
  BertForPreTraining: maskedHead,
  BertForSequenceClassification: ({ hiddenSize }, tensors) =>
    sequenceHead(hiddenSize, classes(tensors)) as AnyExported,
  BertForTokenClassification: ({ hiddenSize }, tensors) =>
    tokenHead(hiddenSize, classes(tensors)) as AnyExported,
};

export interface Exported {
  readonly architecture: string;
  readonly files: readonly string[];
}

/**
 * Writes a Hugging Face folder with ONNX files of these `dtypes` from a folder that `train` kept, or from any BERT whose
 * head is known (`HEADS`). What `predict` needs goes along. Throws a UserError where `out` has files already, where the
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
    return { architecture: kept.plan.head.architecture, files };
  }
  const { config, tensors, tokenizer } = await loadFolder(folder);
  const architecture = config.architecture ?? 'BertModel';
  const headOf = Object.hasOwn(HEADS, architecture) ? HEADS[architecture] : undefined;
  if (!headOf || (await readOwn(folder)).size > 0) {
    throw new UserError('unknown-head', `${architecture} with its head cannot be written as ONNX here`, {
      file: folder,
      field: 'architectures',
      hint: `A folder that \`train\` kept can, and ${Object.keys(HEADS).join(', ')}.`,
    });
  }
  const head = headOf(config, tensors);
  if (head) requireHead(head.parameters, tensors, folder);
  const onnx = onnxFiles({ config, head, tensors }, dtypes);
  await saveFolder(out, { config: { ...config, architecture }, tensors, tokenizer }, onnx);
  return { architecture, files };
}
