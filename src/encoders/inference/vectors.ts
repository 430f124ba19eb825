import type { SessionOptions } from '../../autograd/index.ts';
import type { Pooling } from './parameters.ts';
import { openTextEncoder, promptOf } from './text-encoder.ts';

/** Overrides of the settings of the folder, and a progress callback. */
export interface VectorOptions extends SessionOptions {
  /** One, or several to be concatenated. Absent: as in the folder, else `text_mean`. */
  readonly pooling?: Pooling | readonly Pooling[];
  /** Whether vectors are scaled to length 1. Absent: as in the folder, else not. */
  readonly normalize?: boolean;
  /** Name of a prompt of the folder. Absent: its default one, if it has one. */
  readonly prompt?: string;
  /** Text of a prompt in place of any that the folder has. */
  readonly promptText?: string;
  /** Share of the texts done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * A vector for every text; texts longer than the model reads are truncated. `folder` is a path or a name that `findFolder`
 * knows. A folder of `sentence-transformers` defines pooling, dense layers, normalisation and prompts; of any other, the
 * vector is the mean of the text's tokens, with `hiddenSize` numbers.
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
  { pooling, normalize, prompt, promptText, onProgress, signal, ...session }: VectorOptions = {},
): Promise<Float32Array[]> {
  const poolings = pooling === undefined ? undefined : [pooling].flat();
  const encoder = await openTextEncoder(folder, { pooling: poolings, normalize, ...session });
  return encoder.encode(texts, {
    prompt: promptText ?? promptOf(encoder.settings, prompt),
    onProgress,
    signal,
  });
}

/**
 * Cosine similarity of two vectors; 0 if either of them is zero.
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
