import * as z from 'zod';
import { type Cell, type ScoredCell, spanHead } from '../../encoders/heads/span.ts';
import type { Tokens } from '../../encoders/tokenizers/tokenizer.ts';
import type { Item } from '../../encoders/training/finetune.ts';
import type { Random } from '../../ground/random.ts';
import type { Example } from '../../tasks/examples.ts';
import { collectMentions, createLexiconFeatures, type LexiconFeatures } from './lexicon-features.ts';
import { dropTokens, replaceMentions } from './mention-replacement.ts';
import { definePlanner, hideTypes, type Plan, type PlanContext, type Question } from './plan.ts';
import { cutText, toTokenSpans } from './spans.ts';
import { createTagging } from './tagging.ts';

const learntTypes = z.object({
  types: z.array(z.string()),
  /** Mentions behind the lexicon features, if any: what `collectMentions` returned. */
  mentions: z.unknown().optional(),
  /** Probability above which an entity is emitted. */
  threshold: z.number().optional(),
});
type LearntTypes = z.infer<typeof learntTypes>;

/** Without dev to choose a better one: more likely right than wrong. */
const EVEN = 0.5;
const THRESHOLDS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** Entities: tags, with a CRF or without, or spans, which may be nested or overlap. */
export const nerPlanner = definePlanner<'ner', LearntTypes>({
  schema: learntTypes,
  learn(examples, { lexiconFeatures }) {
    const types = [...new Set(examples.flatMap(({ gold }) => gold.entities.map(({ type }) => type)))].sort();
    return { types, ...(lexiconFeatures && { mentions: collectMentions(examples, types) }) };
  },
  plan(learnt, context) {
    const { types, mentions } = learnt;
    const isUsed = mentions !== undefined && context.parameters.lexiconFeatures;
    const features = isUsed ? createLexiconFeatures(mentions, types) : undefined;
    return context.parameters.head === 'span'
      ? hideTypes(spanPlan(types, context, features))
      : hideTypes(tagPlan(learnt, context, features));
  },
});

function tagPlan(
  learnt: LearntTypes,
  context: PlanContext,
  features?: LexiconFeatures,
): Plan<'ner', Int32Array, Float32Array> {
  const tagging = createTagging(learnt.types, context, features);
  const items = (examples: readonly Example<'ner'>[]): Item<Int32Array>[] =>
    examples.flatMap(({ input, gold }) =>
      tagging.examples(input.text, gold.entities).map((row) => ({ rows: [row] })),
    );
  const askAbove =
    (threshold: number) =>
    ({ text }: { text: string }): Question<'ner', Float32Array> => {
      const cut = tagging.cut(text);
      return {
        sequences: cut.sequences,
        decode: (scores, parameter) => ({ entities: tagging.decode(cut, scores, parameter, { threshold }) }),
      };
    };
  return {
    head: tagging.head,
    labels: tagging.labels,
    tokenTypes: features?.tokenTypes,
    items,
    copy: (examples, random) => weaken(items(replaceMentions(examples, random)), context, random),
    ask: askAbove(learnt.threshold ?? EVEN),
    decodings: THRESHOLDS.map((threshold) => ({
      learnt: { ...learnt, threshold },
      ask: askAbove(threshold),
    })),
  };
}

/** Probability that a sequence of a copy has no lexicon features: other programs do not compute them. */
const WITHOUT_FEATURES = 0.25;

/** Augmented training items: with some unknown tokens, and sometimes without lexicon features. */
function weaken<Target>(items: Item<Target>[], { tokenizer }: PlanContext, random: Random): Item<Target>[] {
  const { unk } = tokenizer.vocabulary.ids;
  return items.map(({ rows }) => ({
    rows: rows.map(({ sequence, target }) => {
      const { ids, types } = dropTokens(sequence, unk, random);
      const hasFeatures = random.next() >= WITHOUT_FEATURES;
      return { target, sequence: { ids, types: hasFeatures ? types : new Int32Array(types.length) } };
    }),
  }));
}

function spanPlan(
  types: readonly string[],
  context: PlanContext,
  features?: LexiconFeatures,
): Plan<'ner', readonly Cell[], ScoredCell[]> {
  const { tokenizer, config } = context;
  const { maxLength, overlap } = context.parameters;
  const options = { maxLength, overlap };
  const items = (examples: readonly Example<'ner'>[]): Item<readonly Cell[]>[] =>
    examples.flatMap(({ input, gold }) => {
      const typesOf =
        features && ((text: string, all: Tokens) => features.ofExample(text, all, gold.entities));
      const { tokens, windows, sequences } = cutText(tokenizer, input.text, { ...options, typesOf });
      const spans = toTokenSpans(tokens, gold.entities);
      return windows.map(({ start, end }, i) => {
        const inside = spans.filter(
          ({ first, last, type }) => first >= start && last < end && types.includes(type),
        );
        const target = inside.map(({ first, last, type }) => ({
          type: types.indexOf(type),
          first: first - start,
          last: last - start,
        }));
        return { rows: [{ sequence: sequences[i], target }] };
      });
    });
  return {
    head: spanHead(config, types.length),
    labels: types,
    tokenTypes: features?.tokenTypes,
    items,
    copy: (examples, random) => weaken(items(replaceMentions(examples, random)), context, random),
    ask({ text }) {
      const { tokens, windows, sequences, central } = cutText(tokenizer, text, {
        ...options,
        typesOf: features?.ofInput,
      });
      return {
        sequences,
        decode: (answers) => ({
          entities: answers.flatMap((cells, window) =>
            cells.flatMap(({ type, first, last }) => {
              const from = first + windows[window].start;
              const to = last + windows[window].start;
              // a span counts in the window in which its middle is most central
              if (central[(from + to) >> 1] !== window) return [];
              return [{ start: tokens.starts[from], end: tokens.ends[to], type: types[type] }];
            }),
          ),
        }),
      };
    },
  };
}
