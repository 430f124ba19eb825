import { existsSync, readdirSync } from 'node:fs';
import { UserError } from '../../ground/errors.ts';
import type { BertConfig } from '../architectures/bert/config.ts';
import type { Tensor } from '../weights/read.ts';
import type { Precision } from '../weights/safetensors_write.ts';
import type { WeightFormat } from '../weights/stored.ts';
import { loadFolder } from './load.ts';
import { saveFolder } from './save.ts';

export interface Imported {
  readonly format: WeightFormat;
  readonly config: BertConfig;
  /** Tensors written, and numbers in them. */
  readonly tensors: number;
  readonly parameters: number;
}

/**
 * Rewrites a BERT in any format that is read (TensorFlow 1, PyTorch, safetensors) as a Hugging Face folder. Heads are
 * kept. Throws a UserError where `out` has a model already, and where a number does not fit the precision.
 */
export async function importModel(
  from: string,
  out: string,
  precision: Precision = 'fp32',
): Promise<Imported> {
  if (existsSync(out) && readdirSync(out).length > 0) {
    throw new UserError('folder-not-empty', 'The folder has files already', {
      file: out,
      hint: 'Choose a new folder.',
    });
  }
  const model = await loadFolder(from);
  const { tokenizer, format } = model;
  const tensors = new Map([...model.tensors].filter(([name]) => !isCopy(name, model.tensors)));
  const config = { ...model.config, architecture: architectureOf(model.config, tensors) };
  await saveFolder(out, { config, tensors, tokenizer }, new Map(), precision);
  const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  return { format, config, tensors: tensors.size, parameters };
}

/** The class of `transformers` that has a place for all of the tensors. */
function architectureOf({ architecture }: BertConfig, tensors: ReadonlyMap<string, Tensor>): string {
  if (architecture && architecture !== 'BertModel') return architecture;
  if (tensors.has('cls.seq_relationship.weight')) return 'BertForPreTraining';
  if (tensors.has('cls.predictions.bias')) return 'BertForMaskedLM';
  return tensors.has('classifier.weight') ? 'BertForSequenceClassification' : 'BertModel';
}

/** Second names under which PyTorch keeps the decoder's tied parameters. */
const COPIES: Readonly<Record<string, string>> = {
  'cls.predictions.decoder.weight': 'embeddings.word_embeddings.weight',
  'cls.predictions.decoder.bias': 'cls.predictions.bias',
};

function isCopy(name: string, tensors: ReadonlyMap<string, Tensor>): boolean {
  const [own, original] = [tensors.get(name), tensors.get(COPIES[name] ?? '')];
  return original !== undefined && own!.data.every((value, i) => value === original.data[i]);
}
