import type { SessionOptions } from '../../autograd/index.ts';
import { architectureOf } from '../architectures/registry.ts';
import { loadFolder } from '../folder/load.ts';
import { floats, type Head } from '../heads/head.ts';
import { exportOnnx } from './export.ts';
import { openForward } from './forward.ts';

/** The vector of a text: the mean of its tokens' last hidden states without special tokens, or that of `[CLS]`. */
export const POOLINGS = ['mean', 'cls'] as const;
/** How the vectors of tokens become that of a text. */
export type Pooling = (typeof POOLINGS)[number];

/** How vectors are computed, and who watches. */
export interface VectorOptions extends SessionOptions {
  /** Default `mean`. */
  readonly pooling?: Pooling;
  /** Share of the texts done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * A vector of `hidden` numbers for every text; longer texts than the model reads are truncated.
 *
 * @example
 * ```ts
 * import { cosine, textVectors } from 'chineseblue/encoders';
 *
 * const [a, b, c] = await textVectors('cbert-tiny', ['头痛怎么办', '头疼怎么办', '维生素C哪里买得到']);
 * cosine(a, b) > cosine(a, c); // true
 * ```
 */
export async function textVectors(
  folder: string,
  texts: readonly string[],
  { pooling = 'mean', onProgress, signal, device, threads }: VectorOptions = {},
): Promise<Float32Array[]> {
  const { config, tensors, tokenizer } = await loadFolder(folder);
  const { isEncoder } = architectureOf(config).parameters;
  const weights = new Map([...tensors].filter(([name]) => isEncoder(name)));
  const head = pooler(config.hiddenSize, pooling);
  const model = exportOnnx({ config, head, weights, precision: 'fp32' });
  const forward = await openForward(head, model, { config, device, threads });
  const sequences = texts.map((text) => tokenizer.encode(text, config.maxPositions));
  return forward(sequences, { onProgress, signal });
}

function pooler(size: number, pooling: Pooling): Head<Float32Array> {
  return {
    parameters: new Map(),
    outputs: ({ hidden }) => ({ hidden }),
    read({ hidden }, row, tokens, { length }) {
      const own = floats(hidden).subarray(row * length * size, (row + 1) * length * size);
      // an empty text is [CLS] and [SEP] alone
      if (pooling === 'cls' || tokens <= 2) return own.slice(0, size);
      const vector = new Float32Array(size);
      for (let token = 1; token < tokens - 1; token++)
        for (let i = 0; i < size; i++) vector[i] += own[token * size + i] / (tokens - 2);
      return vector;
    },
  };
}

/**
 * Cosine similarity of two vectors; 0 if one is 0.
 *
 * @example
 * ```ts
 * import { cosine } from 'chineseblue/encoders';
 *
 * cosine(Float32Array.of(1, 0), Float32Array.of(1, 1)); // 0.707
 * ```
 */
export function cosine(a: Float32Array, b: Float32Array): number {
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    squaresA += a[i] ** 2;
    squaresB += b[i] ** 2;
  }
  return product === 0 ? 0 : product / Math.sqrt(squaresA * squaresB);
}
