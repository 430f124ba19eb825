import { createRandom } from '../../../ground/random.ts';
import type { Vocabulary } from '../../tokenizers/vocabulary.ts';
import type { Tensor } from '../../weights/read.ts';
import { elements } from '../../weights/stored.ts';
import { type BertConfig, parameterShapes, parseConfig } from './config.ts';
import { EMBEDDINGS } from './graph.ts';

/** The shape of a model that begins from nothing. */
export interface Sizes {
  readonly layers: number;
  readonly hidden: number;
  /** 0 or absent: one for every 64 of the hidden size, as in BERT-base. */
  readonly heads?: number;
  /** Absent: four times the hidden size. */
  readonly intermediate?: number;
  /** Longest sequence in tokens; absent: 512. */
  readonly positions?: number;
  readonly dropout?: number;
}

const HEAD_SIZE = 64;
const INNER_FACTOR = 4;

/**
 * The configuration of a new model with this vocabulary. Weights are drawn with deviation 1 / √hidden: BERT's 0.02 is
 * for a width of 768.
 */
export function initialConfig({ tokens, ids }: Vocabulary, sizes: Sizes, architecture: string): BertConfig {
  const { layers, hidden, heads, intermediate, positions, dropout } = sizes;
  return parseConfig(
    JSON.stringify({
      architectures: [architecture],
      vocab_size: tokens.length,
      hidden_size: hidden,
      num_hidden_layers: layers,
      num_attention_heads: heads || Math.max(1, Math.floor(hidden / HEAD_SIZE)),
      intermediate_size: intermediate ?? hidden * INNER_FACTOR,
      max_position_embeddings: positions,
      hidden_dropout_prob: dropout,
      attention_probs_dropout_prob: dropout,
      initializer_range: 1 / Math.sqrt(hidden),
      pad_token_id: ids.pad,
    }),
  );
}

/** What the blocks of a layer add at first is small beside what they are given, so that words reach the last layer. */
const BLOCK_OUTPUT = /\.output\.dense\.weight$/;
const BLOCK_SHARE = 0.1;

/**
 * Weights that little text can teach. Matrices are normal with deviation `initializerRange`, biases 0, layer norms 1 and
 * 0, the embedding of padding 0, each tensor from a random stream of its own. Three things are not BERT's, for BERT's
 * own beginning needs millions of sentences before a word is told from its neighbours: positions are sinusoids
 * (Vaswani et al. 2017), attention begins by looking at neighbours (`lookAtNeighbours`), and the last matrix of every
 * block is a tenth of the others (after Zhang et al. 2019, Fixup). Published weights of the same shape load all the same.
 */
export function initialTensors(config: BertConfig, seed: number): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of parameterShapes(config)) {
    const data = new Float32Array(elements(shape));
    if (name.endsWith('LayerNorm.weight')) data.fill(1);
    else if (name.endsWith('.weight')) {
      fillNormal(data, config.initializerRange * (BLOCK_OUTPUT.test(name) ? BLOCK_SHARE : 1), seed, name);
    }
    tensors.set(name, { shape, data });
  }
  const { hiddenSize: hidden, padTokenId, layers, initializerRange } = config;
  const data = (name: string): Float32Array => tensors.get(name)!.data as Float32Array;
  data(EMBEDDINGS.words).fill(0, padTokenId * hidden, (padTokenId + 1) * hidden);
  fillSinusoids(data(EMBEDDINGS.positions), hidden, initializerRange);
  for (let layer = 0; layer < layers; layer++) {
    const attention = `encoder.layer.${layer}.attention.self`;
    lookAtNeighbours(data(`${attention}.query.weight`), data(`${attention}.key.weight`), config);
  }
  return tensors;
}

/** Angle by which the sinusoid of a coordinate turns from one position to the next. */
const turn = (coordinate: number, hidden: number): number =>
  1 / 10_000 ** ((coordinate - (coordinate % 2)) / hidden);

/** `[positions, hidden]`: sines in even coordinates, cosines in odd ones, of the given deviation. */
function fillSinusoids(table: Float32Array, hidden: number, deviation: number): void {
  for (let i = 0; i < table.length; i++) {
    const [position, coordinate] = [Math.floor(i / hidden), i % hidden];
    const angle = position * turn(coordinate, hidden);
    table[i] = Math.SQRT2 * deviation * (coordinate % 2 ? Math.cos(angle) : Math.sin(angle));
  }
}

/**
 * Where the first heads of every layer look at first, in tokens from their own. Further heads look anywhere, and so do all
 * where there are fewer than these.
 */
const NEIGHBOURS = [-1, 1, -2, 2];
/** How sharply: at 1.5 a head of 64 gives most of its attention to its neighbour and the tokens beside that. */
const SHARPNESS = 1.5;
/** Share of the random weights that stays in such heads. */
const REST = 0.5;

/**
 * Adds to queries and keys, `[hidden, hidden]` each, what makes a head attend to a token at a distance: keys read the
 * fastest sinusoids of the position, queries the same turned by the distance, and both agree where the distance is right.
 */
function lookAtNeighbours(
  query: Float32Array,
  key: Float32Array,
  { hiddenSize: hidden, heads }: BertConfig,
): void {
  const size = hidden / heads;
  if (heads < NEIGHBOURS.length) return;
  for (const [head, distance] of NEIGHBOURS.entries()) {
    const rows = head * size;
    for (let i = rows * hidden; i < (rows + size) * hidden; i++) {
      query[i] *= REST;
      key[i] *= REST;
    }
    for (let sine = 0; sine + 1 < size; sine += 2) {
      const cosine = sine + 1;
      const angle = distance * turn(sine, hidden);
      const [along, across] = [SHARPNESS * Math.cos(angle), SHARPNESS * Math.sin(angle)];
      const [sineRow, cosineRow] = [(rows + sine) * hidden, (rows + cosine) * hidden];
      key[sineRow + sine] += SHARPNESS;
      key[cosineRow + cosine] += SHARPNESS;
      query[sineRow + sine] += along;
      query[sineRow + cosine] += across;
      query[cosineRow + cosine] += along;
      query[cosineRow + sine] -= across;
    }
  }
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
