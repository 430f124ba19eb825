import {
  add,
  div,
  exp,
  input,
  log,
  matmul,
  max,
  mul,
  reshape,
  slice,
  stopGradient,
  sub,
  sum,
  transpose,
  type Value,
} from '../../autograd/index.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf } from '../architectures/registry.ts';
import type { TrainableHead } from './head.ts';
import { readEmissions } from './tokens.ts';

/** Parameters of the chain, named as in the Python package `pytorch-crf`. */
export const CHAIN = {
  start: 'crf.start_transitions',
  end: 'crf.end_transitions',
  between: 'crf.transitions',
} as const;

/**
 * log Σ exp(score) over all tag sequences, `[batch, 1]`: the forward algorithm on probabilities that are normalised at
 * every token; the logarithms of the totals add up to the result. `chain [batch, length]` is 1 for tokens of the chain.
 */
function logPartition(scores: Value, chain: Value, parameter: (name: string) => Value): Value {
  const [batch, length, tags] = scores.shape;
  const steps = transpose(scores, [1, 0, 2]);
  const top = stopGradient(max(steps, [2], true));
  const weights = exp(sub(steps, top));
  const between = exp(parameter(CHAIN.between));
  const at = (of: Value, token: number): Value =>
    reshape(slice(of, 0, token, token + 1), [batch, of.shape[2]]);
  const inside = (token: number): Value => slice(chain, 1, token, token + 1);

  const first = mul(at(weights, 1), reshape(exp(parameter(CHAIN.start)), [1, tags]));
  const firstTotal = sum(first, [1], true);
  let state = div(first, firstTotal);
  let logTotal = mul(inside(1), add(log(firstTotal), at(top, 1)));
  for (let token = 2; token < length; token++) {
    const next = mul(matmul(state, between), at(weights, token));
    const total = sum(next, [1], true);
    const here = inside(token);
    state = add(mul(here, div(next, total)), mul(sub(1, here), state));
    logTotal = add(logTotal, mul(here, add(log(total), at(top, token))));
  }
  return add(
    logTotal,
    mul(inside(1), log(sum(mul(state, reshape(exp(parameter(CHAIN.end)), [1, tags])), [1], true))),
  );
}

/**
 * One of `tags` classes for every token, with a linear-chain CRF (Lafferty et al. 2001; Huang et al. 2015). Targets are
 * those of `tokenHead`, without -1; an answer has the scores before transitions: `viterbi` finds the best sequence.
 */
export function crfHead(config: EncoderConfig, tags: number): TrainableHead<Int32Array, Float32Array> {
  const classifier = architectureOf(config).heads.tokens;
  return {
    transformersClass: classifier.transformersClass,
    parameters: new Map([
      ...classifier.parameters(config, tags),
      [CHAIN.start, [tags]],
      [CHAIN.end, [tags]],
      [CHAIN.between, [tags, tags]],
    ]),
    outputs: (context) => ({ logits: classifier.logits(config, context) }),
    loss({ logits }, { parameter }) {
      const [batch, length] = logits.shape;
      const gold = [
        mul(logits, input('targets', logits.shape)),
        mul(parameter(CHAIN.start), input('starts', [tags])),
        mul(parameter(CHAIN.end), input('ends', [tags])),
        mul(parameter(CHAIN.between), input('transitions', [tags, tags])),
      ].map((part) => sum(part));
      const all = sum(logPartition(logits, input('chain', [batch, length]), parameter));
      return div(sub(all, gold.reduce(add)), input('total', []));
    },
    weight: (rows) => rows.reduce((count, sequence) => count + sequence.length, 0),
    targets(rows, { batch, length }, _tokens, total) {
      const [targets, chain] = [new Float32Array(batch * length * tags), new Float32Array(batch * length)];
      const [starts, ends, transitions] = [tags, tags, tags * tags].map((size) => new Float32Array(size));
      for (const [row, sequence] of rows.entries()) {
        if (sequence.length === 0) continue;
        starts[sequence[0]]++;
        ends[sequence[sequence.length - 1]]++;
        for (const [k, tag] of sequence.entries()) {
          const token = row * length + 1 + k;
          targets[token * tags + tag] = 1;
          chain[token] = 1;
          if (k > 0) transitions[sequence[k - 1] * tags + tag]++;
        }
      }
      return { targets, chain, starts, ends, transitions, total: Float32Array.of(total || 1) };
    },
    read: ({ logits }, row, tokens, shape) => readEmissions(logits, row, tokens, tags, shape),
  };
}
