import { type Cell, type ScoredCell, spanHead } from '../../bert/heads/span.ts';
import type { Item } from '../../bert/train/loop.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import type { Random } from '../../ground/random.ts';
import type { Example } from '../../tasks/examples.ts';
import { exchangeMentions, hideTokens } from './exchange.ts';
import type { Plan, PlanContext, Planner } from './plan.ts';
import { cutText, toTokenSpans } from './spans.ts';
import { createTagging } from './tagging.ts';

export interface LearntTypes {
  readonly types: readonly string[];
}

/** Entities: tags with a CRF or without, or spans, which may nest and overlap. */
export const nerPlanner: Planner<'ner', LearntTypes> = {
  learn: (examples) => ({
    types: [...new Set(examples.flatMap(({ gold }) => gold.entities.map(({ type }) => type)))].sort(),
  }),
  plan({ types }, context) {
    const kind = String(context.parameters.head);
    if (kind === 'span') return spanPlan(types, context) as unknown as Plan<'ner', never, never>;
    if (kind !== 'crf' && kind !== 'softmax') {
      throw new UserError('bad-parameter', `head is crf, softmax or span, not ${kind}`, {
        exitCode: EXIT.usage,
      });
    }
    const tagging = createTagging(types, kind === 'crf', context);
    const items = (examples: readonly Example<'ner'>[]): Item<Int32Array>[] =>
      examples.flatMap(({ input, gold }) =>
        tagging.teach(input.text, gold.entities).map((row) => ({ rows: [row] })),
      );
    const plan: Plan<'ner', Int32Array, Float32Array> = {
      head: tagging.head,
      labels: tagging.labels,
      eager: kind === 'crf',
      items,
      copy: (examples, random) => withHidden(items(exchangeMentions(examples, random)), context, random),
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

/** The same items with some of their tokens unknown, as some of those will be that the model is asked about. */
function withHidden<Target>(
  items: Item<Target>[],
  { tokenizer }: PlanContext,
  random: Random,
): Item<Target>[] {
  const { unk } = tokenizer.vocabulary.ids;
  return items.map(({ rows }) => ({
    rows: rows.map(({ sequence, target }) => ({ target, sequence: hideTokens(sequence, unk, random) })),
  }));
}

function spanPlan(
  types: readonly string[],
  context: PlanContext,
): Plan<'ner', readonly Cell[], ScoredCell[]> {
  const { tokenizer, hidden, maxLength, parameters } = context;
  const options = { maxLength, overlap: Number(parameters.overlap) };
  const items = (examples: readonly Example<'ner'>[]): Item<readonly Cell[]>[] =>
    examples.flatMap(({ input, gold }) => {
      const { tokens, windows, sequences } = cutText(tokenizer, input.text, options);
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
    head: spanHead(hidden, types.length),
    labels: types,
    eager: true,
    items,
    copy: (examples, random) => withHidden(items(exchangeMentions(examples, random)), context, random),
    ask({ text }) {
      const { tokens, windows, sequences, central } = cutText(tokenizer, text, options);
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
