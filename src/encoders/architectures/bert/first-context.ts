import {
  add,
  matmul,
  mul,
  pad,
  reshape,
  slice,
  softmax,
  transpose,
  type Value,
} from '../../../autograd/index.ts';
import type { BertConfig } from './config.ts';

/** The weights of keys and values, `[hidden, hidden]`, and the bias of values. */
interface Projections {
  readonly key: Value;
  readonly value: Value;
  readonly bias: Value;
}

/**
 * What attention gives the first token of unpadded sequences `x [batch, length, hidden]` for its query `[batch, 1, hidden]`,
 * the same shape: as q·(W x) = (qᵀW)·x and Σ a W x = W Σ a x, keys and values of the other tokens need not be computed. The bias
 * of keys adds the same number to all scores of a head, which the softmax cancels.
 */
export function firstContext(
  { hiddenSize: hidden, heads }: BertConfig,
  x: Value,
  query: Value,
  { key, value, bias }: Projections,
): Value {
  const batch = x.shape[0];
  const size = hidden / heads;
  const byHead = (weight: Value): Value => reshape(weight, [heads, size, hidden]);
  const queries = transpose(reshape(query, [batch, heads, size]), [1, 0, 2]);
  const asked = transpose(rowsTimes(queries, byHead(key)), [1, 0, 2]);
  const scores = mul(matmul(asked, transpose(x, [0, 2, 1])), 1 / Math.sqrt(size));
  const seen = transpose(matmul(softmax(scores), x), [1, 0, 2]);
  const context = transpose(rowsTimes(seen, transpose(byHead(value), [0, 2, 1])), [1, 0, 2]);
  return add(reshape(context, [batch, 1, hidden]), bias);
}

/**
 * `a [heads, batch, k]` × `b [heads, k, n]`. ONNX Runtime adds up a single row in another order than several: with a row of
 * zeros before them, a text gets the same bits alone and among others.
 */
function rowsTimes(a: Value, b: Value): Value {
  const padded = pad(a, 1, 1, 0);
  return slice(matmul(padded, b), 1, 1, padded.shape[1]);
}
