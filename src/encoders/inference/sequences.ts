import { largest } from '../../ground/largest.ts';
import type { BatchShape } from '../architectures/graph.ts';

/** An input of the encoder: token ids with `[CLS]` and `[SEP]`, and the type of each token. */
export interface Sequence {
  readonly ids: Int32Array;
  readonly types: Int32Array;
}

/** The inputs of an encoder for a batch; rows and columns beyond the sequences are padding. */
export function encoderFeeds(
  sequences: readonly Sequence[],
  { batch, length }: BatchShape,
  padId: number,
): Record<'input_ids' | 'token_type_ids' | 'attention_mask', BigInt64Array> {
  const ids = new BigInt64Array(batch * length).fill(BigInt(padId));
  const types = new BigInt64Array(batch * length);
  const mask = new BigInt64Array(batch * length);
  for (const [row, sequence] of sequences.entries()) {
    for (let i = 0; i < sequence.ids.length; i++) {
      ids[row * length + i] = BigInt(sequence.ids[i]);
      types[row * length + i] = BigInt(sequence.types[i]);
    }
    mask.fill(1n, row * length, row * length + sequence.ids.length);
  }
  return { input_ids: ids, token_type_ids: types, attention_mask: mask };
}

/** Padded lengths are multiples of this. */
const GRAIN = 4;

/**
 * At most `count` lengths to pad to with the least padding in total: exact, by dynamic programming over multiples of 4.
 * Each needs a compiled graph.
 */
export function chooseBuckets(lengths: readonly number[], count: number): number[] {
  const steps = Math.ceil(largest(lengths, GRAIN) / GRAIN);
  const many = new Float64Array(steps + 1);
  for (const length of lengths) many[Math.max(1, Math.ceil(length / GRAIN))]++;
  const upTo = many.map(() => 0);
  for (let step = 1; step <= steps; step++) upTo[step] = upTo[step - 1] + many[step];
  // cost[k][j]: padded tokens if k buckets cover the first j steps, the last bucket being j
  let cost = Array.from({ length: steps + 1 }, (_, j) => (j === 0 ? 0 : Number.POSITIVE_INFINITY));
  const choices: Int32Array[] = [];
  for (let k = 0; k < count; k++) {
    const choice = new Int32Array(steps + 1);
    cost = cost.map((before, j) => {
      let best = before;
      choice[j] = -1;
      for (let from = 0; from < j; from++) {
        const total = cost[from] + (upTo[j] - upTo[from]) * j;
        if (total < best) [best, choice[j]] = [total, from];
      }
      return best;
    });
    choices.push(choice);
  }
  const buckets: number[] = [];
  for (let k = count - 1, at = steps; at > 0 && k >= 0; k--) {
    if (choices[k][at] < 0) continue;
    buckets.unshift(at * GRAIN);
    at = choices[k][at];
  }
  return buckets;
}
