import {
  add,
  concat,
  constant,
  exp,
  gather,
  input,
  log,
  matmul,
  max,
  mean,
  mul,
  neg,
  relu,
  reshape,
  slice,
  stopGradient,
  sub,
  sum,
  transpose,
  type Value,
} from '../../autograd/index.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import type { HeadContext, TrainableHead } from './head.ts';

/** A cell of one of the score matrices, by tokens between `[CLS]` and `[SEP]`, both inclusive. */
export interface Cell {
  readonly type: number;
  readonly first: number;
  readonly last: number;
}

export interface ScoredCell extends Cell {
  readonly score: number;
}

/** Size of the query and key of every token. */
const SIZE = 64;
const NEVER = -1e9;

/** A row of constants for every position of a token, `[batch or 1, length, width]`. */
function rowsByPosition(
  { hidden, positions }: HeadContext,
  width: number,
  row: (position: number, column: number) => number,
): Value {
  const count = positions?.count ?? hidden.shape[1];
  const numbers = Array.from({ length: count * width }, (_, i) => row(Math.floor(i / width), i % width));
  return positions
    ? gather(constant(numbers, [count, width]), positions.ids)
    : constant(numbers, [1, count, width]);
}

/** x with neighbours (a, b) rotated to (-b, a). */
function rotated(x: Value): Value {
  const [batch, length] = x.shape;
  const pairs = reshape(x, [batch, length, SIZE / 2, 2]);
  return reshape(concat([neg(slice(pairs, 3, 1, 2)), slice(pairs, 3, 0, 1)], 3), [batch, length, SIZE]);
}

/** `[batch, rows, columns]` with an axis of size 1 after the first. */
const forEveryType = (x: Value): Value => transpose(reshape(x, [...x.shape, 1]), [0, 3, 1, 2]);

/** Efficient GlobalPointer (Su 2022): one score matrix shared by all types, and per type a term for rows and columns. */
function scoresOf(context: HeadContext, types: number, ordered: number): Value {
  const { hidden, dense, dropout } = context;
  const both = dense(dropout(hidden, 'classifier'), 'pointer.dense');
  // rotary position embeddings (Su et al. 2021), each angle for two neighbours
  const angle = (position: number, column: number): number =>
    position * 10_000 ** ((-2 * Math.floor(column / 2)) / SIZE);
  const cos = rowsByPosition(context, SIZE, (position, column) => Math.cos(angle(position, column)));
  const sin = rowsByPosition(context, SIZE, (position, column) => Math.sin(angle(position, column)));
  const [query, key] = [0, SIZE].map((from) => {
    const part = slice(both, 2, from, from + SIZE);
    return add(mul(part, cos), mul(rotated(part), sin));
  });
  const shared = mul(matmul(query, transpose(key, [0, 2, 1])), 1 / Math.sqrt(SIZE));
  const ends = transpose(dense(both, 'pointer.types'), [0, 2, 1]);
  const rows = slice(ends, 1, 0, types);
  const columns = slice(ends, 1, types, 2 * types);
  const asRow = (x: Value): Value => reshape(x, [...x.shape, 1]);
  const position = rowsByPosition(context, 1, (number) => number);
  const backwards = relu(sub(position, transpose(position, [0, 2, 1])));
  const isOrdered = Array.from({ length: types }, (_, type) => (type < ordered ? NEVER : 0));
  const forbidden = mul(forEveryType(backwards), constant(isOrdered, [1, types, 1, 1]));
  return add(add(add(forEveryType(shared), asRow(rows)), transpose(asRow(columns), [0, 1, 3, 2])), forbidden);
}

/** log(1 + Σ exp(x)) over the last axis. */
function logSumExpWithZero(x: Value): Value {
  const top = stopGradient(relu(max(x, [-1], true)));
  return add(top, log(add(exp(neg(top)), sum(exp(sub(x, top)), [-1], true))));
}

/**
 * A score for every span of every type: Efficient GlobalPointer (Su et al. 2022) with the multi-label loss of Su 2021,
 * which pushes correct cells above 0 and all others below. Spans may nest and overlap. Of the `types` matrices, the first
 * `ordered` have no span that ends before it starts; the others relate any two tokens.
 */
export function spanHead(
  { hiddenSize: hidden }: EncoderConfig,
  types: number,
  ordered = types,
): TrainableHead<readonly Cell[], ScoredCell[]> {
  return {
    parameters: new Map([
      ['pointer.dense.weight', [2 * SIZE, hidden]],
      ['pointer.dense.bias', [2 * SIZE]],
      ['pointer.types.weight', [2 * types, 2 * SIZE]],
      ['pointer.types.bias', [2 * types]],
    ]),
    outputs: (context) => ({ scores: scoresOf(context, types, ordered) }),
    loss({ scores }) {
      const [batch, , length] = scores.shape;
      const cells = [batch, types, length * length];
      const right = reshape(input('targets', scores.shape), cells);
      const open = reshape(input('open', [batch, 1, length, length]), [batch, 1, length * length]);
      const flat = add(reshape(scores, cells), mul(sub(1, open), NEVER));
      const wrong = logSumExpWithZero(add(flat, mul(right, NEVER)));
      const missed = logSumExpWithZero(add(neg(mul(flat, right)), mul(sub(1, right), NEVER)));
      const counted = reshape(input('counted', [batch]), [batch, 1, 1]);
      return mul(mean(mul(add(wrong, missed), counted)), input('scale', []));
    },
    weight: (rows) => rows.length,
    targets(rows, { batch, length }, tokens, total) {
      const targets = new Float32Array(batch * types * length * length);
      const open = new Float32Array(batch * length * length);
      const counted = new Float32Array(batch);
      for (const [row, cells] of rows.entries()) {
        counted[row] = 1;
        const end = tokens[row] - 1;
        for (let i = 1; i < end; i++)
          open.fill(1, (row * length + i) * length + 1, (row * length + i) * length + end);
        for (const { type, first, last } of cells) {
          targets[((row * types + type) * length + first + 1) * length + last + 1] = 1;
        }
      }
      return { targets, open, counted, scale: Float32Array.of(batch / Math.max(1, total)) };
    },
    read({ scores }, row, tokens, { length }) {
      const list: ScoredCell[] = [];
      for (let type = 0; type < types; type++) {
        for (let first = 1; first < tokens - 1; first++) {
          const start = ((row * types + type) * length + first) * length;
          for (let last = type < ordered ? first : 1; last < tokens - 1; last++) {
            const score = Number(scores[start + last]);
            if (score > 0) list.push({ type, first: first - 1, last: last - 1, score });
          }
        }
      }
      return list;
    },
  };
}
