import { type Cell, type ScoredCell, spanHead } from '../../encoders/heads/span.ts';
import type { Tokens } from '../../encoders/tokenizers/tokenizer.ts';
import type { Item } from '../../encoders/training/finetune.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import type { Random } from '../../ground/random.ts';
import type { Example } from '../../tasks/examples.ts';
import type { NamedEntry } from '../crf/lexicon.ts';
import { createEvidence, type Evidence, learnMentions } from './lexicon-features.ts';
import { exchangeMentions, hideTokens } from './mention-replacement.ts';
import type { Plan, PlanContext, Planner } from './plan.ts';
import { cutText, toTokenSpans } from './spans.ts';
import { createTagging } from './tagging.ts';

export interface LearntTypes {
  readonly types: readonly string[];
  /** Mentions that token types tell of, where they do. */
  readonly mentions?: readonly NamedEntry[];
  /** How likely an entity must be to be told. */
  readonly threshold?: number;
}

/** Before dev has told a better one: more likely right than wrong. */
const EVEN = 0.5;
const THRESHOLDS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** Entities: tags with a CRF or without, or spans, which may nest and overlap. */
export const nerPlanner: Planner<'ner', LearntTypes> = {
  learn(examples, { evidence }) {
    const types = [...new Set(examples.flatMap(({ gold }) => gold.entities.map(({ type }) => type)))].sort();
    return { types, ...(evidence === 1 && { mentions: learnMentions(examples, types) }) };
  },
  alternatives: (learnt, { head }) =>
    head === 'span' ? [] : THRESHOLDS.map((threshold) => ({ ...learnt, threshold })),
  plan({ types, mentions, threshold = EVEN }, context) {
    const kind = String(context.parameters.head);
    const isTold = mentions !== undefined && Number(context.parameters.evidence) !== 0;
    const evidence = isTold ? createEvidence(mentions, types) : undefined;
    if (kind === 'span') return spanPlan(types, context, evidence) as unknown as Plan<'ner', never, never>;
    if (kind !== 'crf' && kind !== 'softmax') {
      throw new UserError('bad-parameter', `head is crf, softmax or span, not ${kind}`, {
        exitCode: EXIT.usage,
      });
    }
    const tagging = createTagging(types, kind === 'crf', context, { evidence, threshold });
    const items = (examples: readonly Example<'ner'>[]): Item<Int32Array>[] =>
      examples.flatMap(({ input, gold }) =>
        tagging.teach(input.text, gold.entities).map((row) => ({ rows: [row] })),
      );
    const plan: Plan<'ner', Int32Array, Float32Array> = {
      head: tagging.head,
      labels: tagging.labels,
      tokenTypes: evidence?.tokenTypes,
      eager: kind === 'crf',
      items,
      copy: (examples, random) => asAsked(items(exchangeMentions(examples, random)), context, random),
      ask({ text }) {
        const cut = tagging.cut(text);
        return {
          sequences: cut.sequences,
          decode: (scores, parameter) => ({ entities: tagging.decode(cut, scores, parameter) }),
        };
      },
    };
    return plan as unknown as Plan<'ner', never, never>;
  },
};

/** How likely a sequence of a copy is told nothing: others than this program may ask so. */
const UNTOLD = 0.25;

/** The same items as the model will be asked: with some unknown tokens, and here and there nothing told. */
function asAsked<Target>(items: Item<Target>[], { tokenizer }: PlanContext, random: Random): Item<Target>[] {
  const { unk } = tokenizer.vocabulary.ids;
  return items.map(({ rows }) => ({
    rows: rows.map(({ sequence, target }) => {
      const { ids, types } = hideTokens(sequence, unk, random);
      const told = random.next() >= UNTOLD;
      return { target, sequence: { ids, types: told ? types : new Int32Array(types.length) } };
    }),
  }));
}

function spanPlan(
  types: readonly string[],
  context: PlanContext,
  evidence?: Evidence,
): Plan<'ner', readonly Cell[], ScoredCell[]> {
  const { tokenizer, config, maxLength, parameters } = context;
  const options = { maxLength, overlap: Number(parameters.overlap) };
  const items = (examples: readonly Example<'ner'>[]): Item<readonly Cell[]>[] =>
    examples.flatMap(({ input, gold }) => {
      const typesOf = evidence && ((text: string, all: Tokens) => evidence.teach(text, all, gold.entities));
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
    tokenTypes: evidence?.tokenTypes,
    eager: true,
    items,
    copy: (examples, random) => asAsked(items(exchangeMentions(examples, random)), context, random),
    ask({ text }) {
      const { tokens, windows, sequences, central } = cutText(tokenizer, text, {
        ...options,
        typesOf: evidence?.ask,
      });
      return {
        sequences,
        decode: (answers) => ({
          entities: answers.flatMap((cells, window) =>
            cells.flatMap(({ type, first, last }) => {
              const from = first + windows[window].start;
              const to = last + windows[window].start;
              // a span is told by the window in which its middle is most central
              if (central[(from + to) >> 1] !== window) return [];
              return [{ start: tokens.starts[from], end: tokens.ends[to], type: types[type] }];
            }),
          ),
        }),
      };
    },
  };
}
