import { sizeOf } from '../../../autograd/index.ts';
import type { Tensor } from '../../weights/stored.ts';
import type { Shapes } from '../architecture.ts';
import { fillNormal } from '../initial.ts';
import type { BertConfig } from './config.ts';
import { EMBEDDINGS, layerName } from './names.ts';

/** The output of a block is small compared with its input at first, so that words reach the last layer. */
const BLOCK_OUTPUT = /\.output\.dense\.weight$/;
const BLOCK_SHARE = 0.1;

/**
 * Random weights that can be trained on little text. Matrices are normal with standard deviation `initializerRange`,
 * biases 0, layer norms 1 and 0, the embedding of padding 0; each tensor has its own random stream. Three things differ
 * from BERT, whose initial weights need millions of sentences before words are distinguished from their neighbours:
 * positions are sinusoids (Vaswani et al. 2017), attention starts on neighbours (`lookAtNeighbours`) where the layers read
 * the embeddings of positions unchanged, and the last matrix of every block is a tenth of the others (after Zhang et al.
 * 2019, Fixup). Published weights of the same shape still load.
 */
export function initialTensors(config: BertConfig, shapes: Shapes, seed: number): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of shapes) {
    const data = new Float32Array(sizeOf(shape));
    if (name.endsWith('LayerNorm.weight')) data.fill(1);
    else if (name.endsWith('.weight')) {
      fillNormal(data, config.initializerRange * (BLOCK_OUTPUT.test(name) ? BLOCK_SHARE : 1), seed, name);
    }
    tensors.set(name, { shape, data });
  }
  const { padTokenId, layers, initializerRange } = config;
  const data = (name: string): Float32Array => tensors.get(name)!.data;
  const width = shapes.get(EMBEDDINGS.words)![1];
  data(EMBEDDINGS.words).fill(0, padTokenId * width, (padTokenId + 1) * width);
  if (!tensors.has(EMBEDDINGS.positions)) return tensors;
  fillSinusoids(data(EMBEDDINGS.positions), width, initializerRange);
  if (width !== config.hiddenSize) return tensors;
  for (let layer = 0; layer < layers; layer++) {
    const attention = `${layerName(layer)}.attention.self`;
    lookAtNeighbours(data(`${attention}.query.weight`), data(`${attention}.key.weight`), config);
  }
  return tensors;
}

/** Angle by which the sinusoid of a coordinate advances per position. */
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
 * Initial attention of the first heads of every layer, as a distance in tokens. Further heads are random, and so are all
 * if there are fewer than these.
 */
const NEIGHBOURS = [-1, 1, -2, 2];
/** At 1.5, a head of size 64 puts most of its attention on the neighbour and the tokens around it. */
const SHARPNESS = 1.5;
/** Share of the random weights that is kept in such heads. */
const REST = 0.5;

/**
 * Changes queries and keys, `[hidden, hidden]` each, so that a head attends to a token at a distance: keys read the
 * fastest sinusoids of the position, queries the same rotated by the distance; both agree at that distance.
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
