import { readdir } from 'node:fs/promises';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { createRandom } from '../../ground/random.ts';
import { type BertConfig, parameterShapes, parseConfig } from '../config.ts';
import { loadTokenizer } from '../tokenizer/load.ts';
import type { Tensor } from '../weights/read.ts';
import { elements } from '../weights/stored.ts';
import { type Model, saveFolder } from './save.ts';

/** BERT-base's: 12 heads of 64. */
const HEAD_SIZE = 64;
const INNER_FACTOR = 4;

export interface InitOptions {
  readonly layers: number;
  readonly hidden: number;
  /** Default: one for every 64 of the hidden size. */
  readonly heads?: number;
  /** Default: four times the hidden size. */
  readonly intermediate?: number;
  /** Longest sequence in tokens; default 512. */
  readonly maxPositions?: number;
  /** A `vocab.txt` or `tokenizer.json`, or a folder with one. */
  readonly vocab: string;
  readonly seed: number;
  readonly out: string;
}

/**
 * Makes a folder with a BERT of random weights, for training from nothing and for trying things out.
 * The same seed gives the same bytes. Throws a UserError where the folder has files already.
 */
export async function initFolder(options: InitOptions): Promise<Model> {
  const { layers, hidden, vocab, seed, out } = options;
  await refuseFull(out);
  const tokenizer = await loadTokenizer(vocab);
  const config = parseConfig(
    JSON.stringify({
      architectures: ['BertModel'],
      vocab_size: tokenizer.vocabulary.tokens.length,
      hidden_size: hidden,
      num_hidden_layers: layers,
      num_attention_heads: options.heads ?? Math.max(1, Math.floor(hidden / HEAD_SIZE)),
      intermediate_size: options.intermediate ?? hidden * INNER_FACTOR,
      max_position_embeddings: options.maxPositions,
      pad_token_id: tokenizer.vocabulary.ids.pad,
    }),
  );
  const model = { config, tensors: initialTensors(config, seed), tokenizer };
  await saveFolder(out, model);
  return model;
}

/**
 * Weights as BERT begins: normal with deviation `initializerRange` and mean 0, biases 0, layer norms 1 and 0,
 * the embedding of padding 0. Each tensor has a random stream of its own.
 */
export function initialTensors(config: BertConfig, seed: number): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of parameterShapes(config)) {
    const data = new Float32Array(elements(shape));
    if (name.endsWith('LayerNorm.weight')) data.fill(1);
    else if (name.endsWith('.weight')) fillNormal(data, config.initializerRange, seed, name);
    if (name === 'embeddings.word_embeddings.weight') {
      const row = config.padTokenId * config.hiddenSize;
      data.fill(0, row, row + config.hiddenSize);
    }
    tensors.set(name, { shape, data });
  }
  return tensors;
}

/** Box–Muller, two numbers at a time; `stream` tells one tensor's numbers from another's. */
export function fillNormal(data: Float32Array, deviation: number, seed: number, stream: string): void {
  const random = createRandom(seed, stream);
  for (let i = 0; i < data.length; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random.next()));
    const angle = 2 * Math.PI * random.next();
    data[i] = radius * Math.cos(angle);
    if (i + 1 < data.length) data[i + 1] = radius * Math.sin(angle);
  }
}

async function refuseFull(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw explainFileError(error, folder);
  });
  if (names.length === 0) return;
  throw new UserError('folder-not-empty', `The folder has ${names.length} files already`, {
    file: folder,
    hint: 'Choose a new folder.',
  });
}
