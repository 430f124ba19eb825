import { floats, type Head } from '../heads/head.ts';
import type { Pooling } from './parameters.ts';

/** Least sum of weights, as `sentence-transformers` has it. */
const LEAST_WEIGHT = 1e-9;

/** The hidden states of one text, `[tokens, size]`, of which the first `skip` tokens are a prompt that is left out. */
interface Hidden {
  readonly states: Float32Array;
  readonly tokens: number;
  readonly size: number;
  readonly skip: number;
}

/** The mean weighted by `weight`, which is called for every token that counts; `power` of the sum of weights divides. */
function weighted({ states, tokens, size, skip }: Hidden, weight: (token: number) => number, power = 1) {
  const sums = new Float64Array(size);
  let total = 0;
  for (let token = skip; token < tokens; token++) {
    const own = weight(token);
    total += own;
    for (let i = 0; i < size; i++) sums[i] += own * states[token * size + i];
  }
  const divisor = Math.max(total, LEAST_WEIGHT) ** power;
  return Float32Array.from(sums, (sum) => sum / divisor);
}

function largest({ states, tokens, size, skip }: Hidden): Float32Array {
  const most = new Float32Array(size).fill(Number.NEGATIVE_INFINITY);
  for (let token = skip; token < tokens; token++)
    for (let i = 0; i < size; i++) most[i] = Math.max(most[i], states[token * size + i]);
  return most;
}

function textMean({ states, tokens, size }: Hidden): Float32Array {
  // an empty text is [CLS] and [SEP] alone
  if (tokens <= 2) return states.slice(0, size);
  const vector = new Float32Array(size);
  for (let token = 1; token < tokens - 1; token++)
    for (let i = 0; i < size; i++) vector[i] += states[token * size + i] / (tokens - 2);
  return vector;
}

const tokenAt = ({ states, size }: Hidden, token: number): Float32Array =>
  states.slice(token * size, (token + 1) * size);

const POOLERS: Readonly<Record<Pooling, (hidden: Hidden) => Float32Array>> = {
  cls: (hidden) => tokenAt(hidden, hidden.skip < hidden.tokens ? hidden.skip : 0),
  mean: (hidden) => weighted(hidden, () => 1),
  mean_sqrt_len_tokens: (hidden) => weighted(hidden, () => 1, 0.5),
  weightedmean: (hidden) => weighted(hidden, (token) => token + 1),
  max: largest,
  lasttoken: (hidden) => tokenAt(hidden, hidden.tokens - 1),
  text_mean: textMean,
};

/**
 * Reads the vector of a text, `poolings` one after another, of `size` numbers each; the first `skip` tokens are left out,
 * except by `text_mean`.
 */
export function poolingHead(size: number, poolings: readonly Pooling[], skip = 0): Head<Float32Array> {
  const firstOnly = skip === 0 && poolings.every((pooling) => pooling === 'cls');
  return {
    parameters: new Map(),
    firstOnly,
    outputs: ({ hidden }) => ({ hidden }),
    read({ hidden }, row, tokens, shape) {
      const length = firstOnly ? 1 : shape.length;
      const states = floats(hidden).subarray(row * length * size, (row + 1) * length * size);
      const parts = poolings.map((pooling) => POOLERS[pooling]({ states, tokens, size, skip }));
      if (parts.length === 1) return parts[0];
      const vector = new Float32Array(parts.length * size);
      for (const [place, part] of parts.entries()) vector.set(part, place * size);
      return vector;
    },
  };
}
