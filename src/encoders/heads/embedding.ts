import {
  add,
  cast,
  constant,
  div,
  exp,
  input,
  log,
  matmul,
  max,
  mul,
  relu,
  reshape,
  slice,
  sqrt,
  stopGradient,
  sub,
  sum,
  type Tensors,
  transpose,
  type Value,
} from '../../autograd/index.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import type { HeadContext } from '../architectures/graph.ts';
import { type Outputs, rowOf, type TrainableHead } from './head.ts';

/** How the hidden states of a text become its vector: their mean, special tokens included, or that of the first token. */
export type BiPooling = 'mean' | 'cls';

/**
 * `contrastive`: of all documents of the batch a query should be nearest to its own (InfoNCE with in-batch negatives, van den
 * Oord et al. 2018). `cosent`: of all pairs of the batch, those of higher grades should have the higher cosines (CoSENT, Su
 * 2022).
 */
export type BiObjective = 'contrastive' | 'cosent';

/** One text: a query, or a document of a query in the same item. */
export interface EmbeddingTarget {
  /** The number of the query, which a document shares. */
  readonly query: number;
  /** Absent for the query itself. */
  readonly grade?: number;
  /** The query should find this document. */
  readonly positive?: boolean;
  /** A number that equal texts share, so that none is its own negative. */
  readonly text: number;
}

export interface EmbeddingOptions {
  readonly pooling: BiPooling;
  readonly objective: BiObjective;
  /** Cosines are divided by it. */
  readonly temperature: number;
}

/** Excludes from a softmax. */
const APART = -1e9;
/** Keeps padding rows, whose vectors are 0, from dividing by 0. */
const LEAST = 1e-12;

/** A vector of length 1 for every text, as `sentence-transformers` pools and normalises: output `[batch, hidden]`. */
function embed({ hidden, mask }: HeadContext, pooling: BiPooling): Value {
  const [batch, length, size] = hidden.shape;
  let pooled: Value;
  if (pooling === 'cls') pooled = sum(slice(hidden, 1, 0, 1), [1]);
  else {
    const weights = cast(mask, 'float32');
    const sums = matmul(reshape(weights, [batch, 1, length]), hidden);
    pooled = div(reshape(sums, [batch, size]), add(sum(weights, [1], true), LEAST));
  }
  return div(pooled, sqrt(add(sum(mul(pooled, pooled), [1], true), LEAST)));
}

const identity = (size: number): Value =>
  constant(
    Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0)),
    [size, size],
  );

/** `[batch, batch]`: for every document the cosines of its query with all rows, by the temperature. */
function similarities(vectors: Value, temperature: number): Value {
  const [batch] = vectors.shape;
  const all = mul(matmul(vectors, transpose(vectors)), 1 / temperature);
  return matmul(input('queries', [batch, batch]), all);
}

function contrastiveLoss(vectors: Value, temperature: number): Value {
  const [batch] = vectors.shape;
  const scores = similarities(vectors, temperature);
  const candidates = add(scores, input('apart', [batch, batch]));
  const top = stopGradient(max(candidates, [1], true));
  const total = add(top, log(sum(exp(sub(candidates, top)), [1], true)));
  const own = sum(mul(scores, identity(batch)), [1], true);
  return sum(mul(reshape(input('weights', [batch]), [batch, 1]), sub(total, own)));
}

/** log(1 + Σ exp(lower − higher)) over all pairs of pairs, by the temperature. */
function cosentLoss(vectors: Value, temperature: number): Value {
  const [batch] = vectors.shape;
  const own = sum(mul(similarities(vectors, temperature), identity(batch)), [1], true);
  const leads = add(sub(transpose(own), own), input('apart', [batch, batch]));
  const top = stopGradient(relu(max(leads, [0, 1], true)));
  const total = add(exp(sub(0, top)), sum(exp(sub(leads, top)), [0, 1], true));
  return mul(sum(add(top, log(total))), input('weight', []));
}

/**
 * A vector for every text, trained so that a query is near to the documents that it should find. An answer is the vector, of
 * length 1. It has no parameters.
 */
export function embeddingHead(
  { hiddenSize }: EncoderConfig,
  { pooling, objective, temperature }: EmbeddingOptions,
): TrainableHead<EmbeddingTarget, Float32Array> {
  const contrastive = objective === 'contrastive';
  return {
    parameters: new Map(),
    firstOnly: pooling === 'cls',
    outputs: (context): Outputs => ({ sentence_embedding: embed(context, pooling) }),
    loss: ({ sentence_embedding: vectors }) =>
      (contrastive ? contrastiveLoss : cosentLoss)(vectors, temperature),
    weight: (rows) => (contrastive ? rows.filter(({ positive }) => positive).length : Number(hasOrder(rows))),
    targets(rows, { batch }, _tokens, total): Tensors {
      const queries = queriesOf(rows, batch);
      if (contrastive) {
        const weights = Float32Array.from(
          { length: batch },
          (_, i) => Number(rows[i]?.positive ?? 0) / (total || 1),
        );
        return { queries, weights, apart: contrasts(rows, batch) };
      }
      const weight = Float32Array.of(hasOrder(rows) ? 1 / (total || 1) : 0);
      return { queries, weight, apart: orders(rows, batch) };
    },
    read: ({ sentence_embedding: vectors }, row) => rowOf(vectors, row, hiddenSize),
  };
}

/** Whether any two documents have unequal grades. */
const hasOrder = (rows: readonly EmbeddingTarget[]): boolean =>
  new Set(rows.flatMap(({ grade }) => grade ?? [])).size > 1;

/** For every document a 1 at the row of its query. */
function queriesOf(rows: readonly EmbeddingTarget[], batch: number): Float32Array {
  const places = new Map(
    rows.flatMap(({ query, grade }, row) => (grade === undefined ? [[query, row]] : [])),
  );
  const queries = new Float32Array(batch * batch);
  for (const [row, { query, grade }] of rows.entries())
    if (grade !== undefined) queries[row * batch + (places.get(query) ?? row)] = 1;
  return queries;
}

/**
 * 0 where a document counts against a positive one: all documents of the batch but those that are as good for the query,
 * texts equal to one of those or to the query, and documents of an equal query.
 */
function contrasts(rows: readonly EmbeddingTarget[], batch: number): Float32Array {
  const apart = new Float32Array(batch * batch).fill(APART);
  const textOf = new Map(
    rows.flatMap(({ query, grade, text }) => (grade === undefined ? [[query, text]] : [])),
  );
  for (let row = 0; row < batch; row++) apart[row * (batch + 1)] = 0;
  for (const [row, { query, grade = 0, positive }] of rows.entries()) {
    if (!positive) continue;
    const asGood = rows.filter((other) => other.query === query && (other.grade ?? grade) >= grade);
    const texts = new Set(asGood.map(({ text }) => text));
    for (const [column, other] of rows.entries()) {
      if (other.grade === undefined || texts.has(other.text)) continue;
      if (other.query !== query && textOf.get(other.query) === textOf.get(query)) continue;
      apart[row * batch + column] = 0;
    }
  }
  return apart;
}

/** 0 at (higher, lower) for every two documents of unequal grades. */
function orders(rows: readonly EmbeddingTarget[], batch: number): Float32Array {
  const apart = new Float32Array(batch * batch).fill(APART);
  for (const [i, higher] of rows.entries())
    for (const [j, lower] of rows.entries())
      if (higher.grade !== undefined && lower.grade !== undefined && higher.grade > lower.grade)
        apart[i * batch + j] = 0;
  return apart;
}
