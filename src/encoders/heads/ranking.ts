import {
  add,
  exp,
  input,
  log,
  max,
  mul,
  neg,
  reshape,
  softplus,
  stopGradient,
  sub,
  sum,
  type Tensors,
  transpose,
} from '../../autograd/index.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import type { TrainableHead } from './head.ts';
import { sequenceScores } from './sequence.ts';

/** A document of a query; the batch has others of the same query. */
export interface RankingTarget {
  /** Index of the query within the batch. */
  readonly query: number;
  readonly relevance: number;
}

export type RankingLoss = 'pairwise' | 'listwise';

/** Excludes documents of other queries from a softmax. */
const APART = -1e9;

/** Pairs of documents of one query of which one is more relevant than the other. */
function orderedPairs(rows: readonly RankingTarget[]): number {
  let ordered = 0;
  for (const higher of rows)
    for (const lower of rows)
      if (higher.query === lower.query && higher.relevance > lower.relevance) ordered++;
  return ordered;
}

/**
 * A score for a query and a document. `pairwise`: every document should score above every less relevant one of its
 * query, log(1 + exp(lower - higher)) (RankNet, Burges et al. 2005). `listwise`: cross-entropy between the softmax over a
 * query's documents and their normalised gains 2^relevance - 1 (ListNet, Cao et al. 2007).
 */
export function rankingHead(config: EncoderConfig, kind: RankingLoss): TrainableHead<RankingTarget, number> {
  return {
    ...sequenceScores(config, 1),
    loss({ logits }) {
      const [batch] = logits.shape;
      const square = [batch, batch];
      if (kind === 'pairwise') {
        const lead = sub(logits, transpose(logits));
        return sum(mul(input('pairs', square), softplus(neg(lead))));
      }
      const others = add(transpose(logits), input('groups', square));
      const top = stopGradient(max(others, [1], true));
      const total = add(top, log(sum(exp(sub(others, top)), [1], true)));
      return sum(mul(reshape(input('gains', [batch]), [batch, 1]), sub(total, logits)));
    },
    weight: (rows) =>
      kind === 'pairwise' ? orderedPairs(rows) : new Set(rows.map(({ query }) => query)).size,
    targets(rows, { batch }, _tokens, total): Tensors {
      const pairs = new Float32Array(batch * batch);
      const groups = new Float32Array(batch * batch).fill(APART);
      const gains = new Float32Array(batch);
      for (let i = 0; i < batch; i++) groups[i * batch + i] = 0;
      const queries = new Map<number, number[]>();
      for (const [row, { query }] of rows.entries()) queries.set(query, [...(queries.get(query) ?? []), row]);
      for (const list of queries.values()) {
        const gain = list.map((row) => 2 ** rows[row].relevance - 1);
        const sumOfGains = gain.reduce((a, b) => a + b, 0);
        for (const [k, i] of list.entries()) {
          gains[i] = sumOfGains > 0 ? gain[k] / sumOfGains / total : 0;
          for (const j of list) {
            groups[i * batch + j] = 0;
            if (rows[i].relevance > rows[j].relevance) pairs[i * batch + j] = 1;
          }
        }
      }
      if (kind === 'listwise') return { groups, gains };
      return { pairs: pairs.map((pair) => pair / Math.max(1, total)) };
    },
    read: ({ logits }, row) => Number(logits[row]),
  };
}
