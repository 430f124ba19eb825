import type { SessionOptions } from '../../autograd/index.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import type { Tensor } from '../weights/stored.ts';
import { exportOnnx, type OpenShortcuts } from './export.ts';
import { openFirstLayer } from './first-layer.ts';
import { type Forward, type ForwardRun, openEqualForward } from './forward.ts';
import type { Pooling } from './parameters.ts';
import { poolingHead } from './pooling.ts';
import type { Sequence } from './sequences.ts';

/** How token vectors become one: see `poolingHead`. */
export interface Pooled extends Pick<ForwardRun<Float32Array>, 'onProgress' | 'onAnswer' | 'signal'> {
  readonly poolings: readonly Pooling[];
  readonly skip: number;
}

/** Runs an encoder for vectors alone. A vector depends on nothing but its sequence, to the bit. */
export type PooledEncoder = (sequences: readonly Sequence[], options: Pooled) => Promise<void>;

/** For architectures whose first layer reads more than a normalised sum of embeddings. */
const NO_FIRST_LAYER: OpenShortcuts = { of: () => ({}), weights: new Map(), declared: {} };

/** Distinct tokens whose products are in memory together: more than the vocabulary of any Chinese BERT. */
const MOST_TOKENS = 2 ** 15;

/** Opens an encoder, with a graph for each kind of pooling when it is first needed. */
export async function openPooled(
  config: EncoderConfig,
  weights: ReadonlyMap<string, Tensor>,
  session: SessionOptions = {},
  mostTokens: number = MOST_TOKENS,
): Promise<PooledEncoder> {
  const first = await openFirstLayer(config, weights, session);
  const shortcuts = first?.shortcuts ?? NO_FIRST_LAYER;
  const opened = new Map<string, Promise<Forward<Float32Array>>>();
  return async (sequences, { poolings, skip, onProgress, onAnswer, signal }) => {
    const key = `${poolings.join()} ${skip}`;
    const head = poolingHead(config.hiddenSize, poolings, skip);
    const model = () => exportOnnx({ config, head, weights, precision: 'fp32', shortcuts });
    const known = opened.get(key) ?? openEqualForward(head, model(), { config, ...session });
    opened.set(key, known);
    const forward = await known;
    let start = 0;
    for (const own of first ? windows(sequences, mostTokens) : [sequences]) {
      const from = start;
      await forward(own, {
        more: await first?.prepare(own),
        signal,
        onProgress: (share) => onProgress?.((from + share * own.length) / sequences.length),
        onAnswer: (index, vector) => onAnswer?.(from + index, vector),
      });
      start += own.length;
    }
  };
}

/** Consecutive sequences with at most that many distinct tokens, or one sequence alone. */
function* windows(sequences: readonly Sequence[], most: number): Generator<readonly Sequence[]> {
  let start = 0;
  let tokens = new Set<number>();
  for (const [i, { ids }] of sequences.entries()) {
    const added = ids.filter((id) => !tokens.has(id));
    if (i > start && tokens.size + new Set(added).size > most) {
      yield sequences.slice(start, i);
      start = i;
      tokens = new Set();
    }
    for (const id of ids) tokens.add(id);
  }
  if (start < sequences.length) yield sequences.slice(start);
}
