import { CHAIN, crfHead } from '../../encoders/heads/crf.ts';
import type { TrainableHead } from '../../encoders/heads/head.ts';
import { chooseSpans, likelySpans } from '../../encoders/heads/marginals.ts';
import { tokenHead } from '../../encoders/heads/tokens.ts';
import type { Sequence } from '../../encoders/inference/sequences.ts';
import type { Tokens } from '../../encoders/tokenizers/tokenizer.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import type { LexiconFeatures } from './lexicon-features.ts';
import type { PlanContext } from './plan.ts';
import { type Cut, cutText, tagNames, tagOrder, toTags, toTokenSpans } from './spans.ts';

/** Which entities are emitted. */
export interface Choice {
  /** Probability above which an entity is. */
  readonly threshold: number;
  /** Added to the log-potential of an entity, by its type; absent: 0. */
  readonly offsets?: readonly number[];
}

/** Entities of a text by one tag per token, with a CRF or without. */
export interface Tagging {
  readonly head: TrainableHead<Int32Array, Float32Array>;
  readonly labels: readonly string[];
  /** Windows of a training text with their tags. */
  examples(text: string, entities: readonly Entity[]): { sequence: Sequence; target: Int32Array }[];
  cut(text: string): Cut;
  /** Entities from the scores of all windows of a text. */
  decode(
    cut: Cut,
    scores: readonly Float32Array[],
    parameter: (name: string) => Float32Array,
    choice: Choice,
  ): Entity[];
}

/** Tags of `types`; with a CRF unless the parameter `head` is `softmax`. */
export function createTagging(
  types: readonly string[],
  { tokenizer, config, parameters }: PlanContext,
  features?: LexiconFeatures,
): Tagging {
  const { maxLength, overlap, smoothing } = parameters;
  const crf = parameters.head !== 'softmax';
  const tags = 2 * types.length + 1;
  const order = tagOrder(types.length);
  const options = { maxLength, overlap };
  return {
    head: crf ? crfHead(config, tags) : tokenHead(config, tags, { smoothing }),
    labels: tagNames(types),
    cut: (text) => cutText(tokenizer, text, { ...options, typesOf: features?.ofInput }),
    examples(text, entities) {
      const typesOf = features && ((_: string, tokens: Tokens) => features.ofExample(text, tokens, entities));
      const { tokens, windows, sequences } = cutText(tokenizer, text, { ...options, typesOf });
      const gold = toTags(toTokenSpans(tokens, entities), tokens.ids.length, types);
      return windows.map(({ start, end }, i) => ({ sequence: sequences[i], target: gold.slice(start, end) }));
    },
    decode({ tokens, windows, central }, scores, parameter, { threshold, offsets = [] }) {
      const joined = new Float32Array(central.length * tags);
      for (let token = 0; token < central.length; token++) {
        const window = central[token];
        const at = (token - windows[window].start) * tags;
        joined.set(scores[window].subarray(at, at + tags), token * tags);
        offsets.forEach((offset, type) => {
          joined[token * tags + 1 + type] += offset;
        });
      }
      const learnt = crf && {
        start: parameter(CHAIN.start),
        end: parameter(CHAIN.end),
        between: parameter(CHAIN.between),
      };
      const chain = {
        tags,
        start: learnt ? order.start.map((allowed, i) => allowed + learnt.start[i]) : order.start,
        end: learnt ? learnt.end : new Float64Array(tags),
        between: learnt ? order.between.map((allowed, i) => allowed + learnt.between[i]) : order.between,
      };
      return chooseSpans(likelySpans(joined, chain, threshold), threshold).map(({ first, last, type }) => ({
        start: tokens.starts[first],
        end: tokens.ends[last],
        type: types[type],
      }));
    },
  };
}
