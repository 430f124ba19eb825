import * as z from 'zod';
import { createQuoteFinder, type QuotedSpan, type QuoteFinder } from '../../../text/quotes.ts';
import type { Task } from '../../task.ts';
import type { Asking, Reading } from '../asking.ts';
import { type QuoteTally, tallyQuotes } from '../shared/quote-counts.ts';
import { labelOf, perTask, readAnswer } from '../shared/read-answer.ts';
import type { Text1 } from '../shared/types.ts';
import { placesKey } from './answers.ts';
import type { CausalRelation, CausalTypes, Mention, UnalignedRelation } from './types.ts';

const word = z.string().min(1);
const mention = word.transform((words) => ({ words }));

/** Relations in words: `tail` holds the words of one mention, or head, label and tail of a relation. */
const answerJson = perTask((task) => {
  const label = labelOf(task);
  const relation = z
    .tuple([word, label, word])
    .transform(([head, relation, tail]) => ({ head, relation, tail }));
  const tail = z.union([mention, z.tuple([mention]).transform(([only]) => only), relation]);
  return z.object({ relations: z.array(z.object({ relation: label, head: word, tail })) });
});
type Quoted = z.infer<ReturnType<typeof answerJson>>['relations'][number];

const distance = (a: Mention, b: Mention): number => Math.max(a.start, b.start) - Math.min(a.end, b.end);

/** Of all places of two quotes, the closest two; undefined if one of them has none. */
function closest(
  first: readonly QuotedSpan[],
  second: readonly QuotedSpan[],
): readonly [QuotedSpan, QuotedSpan] | undefined {
  let best: readonly [QuotedSpan, QuotedSpan] | undefined;
  for (const a of first)
    for (const b of second) if (!best || distance(a, b) < distance(...best)) best = [a, b];
  return best;
}

const place = ({ start, end }: QuotedSpan): Mention => ({ start, end });

/** The relation at the places where its words are closest together, or the words that are not in the text. */
function align(
  { relation, head, tail }: Quoted,
  { occurrences }: QuoteFinder,
  tally: QuoteTally,
): CausalRelation | UnalignedRelation {
  const quotes = 'words' in tail ? [head, tail.words] : [head, tail.head, tail.tail];
  const places = quotes.map(occurrences);
  for (const found of places) {
    if (found.length === 0) tally.add('unaligned');
    else tally.found(found[0]);
    if (found.length > 1) tally.add('ambiguous');
  }
  if (places.some(({ length }) => length === 0))
    return { relation, quotes: quotes.filter((_, i) => places[i].length === 0) };
  const [first, second, third] = places;
  if ('words' in tail) {
    const [from, to] = closest(first, second)!;
    return { head: place(from), relation, tail: place(to) };
  }
  const [from, to] = closest(second, third)!;
  const [condition] = closest(first, [from])!;
  return {
    head: place(condition),
    relation,
    tail: { head: place(from), relation: tail.relation, tail: place(to) },
  };
}

function read(answer: unknown, { text }: Text1, task: Task): Reading<CausalTypes['prediction']> {
  const reading = readAnswer(answerJson(task), answer);
  if ('unreadable' in reading) return reading;
  const tally = tallyQuotes();
  const finder = createQuoteFinder(text);
  const relations = new Map<string, CausalRelation>();
  const unaligned: UnalignedRelation[] = [];
  for (const quoted of reading.value.relations) {
    const aligned = align(quoted, finder, tally);
    if ('quotes' in aligned) unaligned.push(aligned);
    else if (relations.has(placesKey(aligned))) tally.add('duplicate');
    else relations.set(placesKey(aligned), aligned);
  }
  const prediction = { relations: [...relations.values()] };
  return {
    prediction: unaligned.length > 0 ? { ...prediction, unaligned } : prediction,
    quotes: tally.counts,
  };
}

function quotedRelation({ head, relation, tail }: CausalRelation, text: string): object {
  const words = ({ start, end }: Mention): string => text.slice(start, end);
  return {
    head: words(head),
    relation,
    tail: 'relation' in tail ? [words(tail.head), tail.relation, words(tail.tail)] : [words(tail)],
  };
}

export const causalAsking: Asking<CausalTypes> = {
  id: 'relations',
  prompt: {
    id: 'prompt/causal/relations@1',
    system: {
      zh: `任务：{{task}}。找出文本中的全部关系，每个关系有头、关系与尾。

关系：
{{labels}}

只输出 JSON：{"relations": [{"head": "头", "relation": "关系", "tail": ["尾"]}]}。头与尾须逐字摘自文本，关系须为上面列出的标识之一。若头是另一个关系成立的条件，tail 写成该关系的三项：["其头", "其关系", "其尾"]，该关系不再单独列出。没有关系时输出 {"relations": []}。`,
      en: `Task: {{task}}. Find every relation that the text states: its head, its label and its tail.

Labels:
{{labels}}

Reply with JSON only: {"relations": [{"head": "…", "relation": "label", "tail": ["…"]}]}. Head and tail are verbatim words of the text; the label is one of the identifiers listed above. Where the head is a condition under which another relation holds, tail has the three parts of that relation, ["its head", "its label", "its tail"], which is then not listed by itself. Reply {"relations": []} where there are none.`,
    },
    user: { zh: '文本：{{text}}', en: 'Text: {{text}}' },
  },
  placeholders: ['text'],
  schema: (task) => ({
    type: 'object',
    properties: {
      relations: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            head: { type: 'string' },
            relation: { type: 'string', enum: task.labels.map(({ id }) => id) },
            tail: { type: 'array', items: { type: 'string' } },
          },
          required: ['head', 'relation', 'tail'],
          additionalProperties: false,
        },
      },
    },
    required: ['relations'],
    additionalProperties: false,
  }),
  calls: ({ text }) => [{ text }],
  worked: ({ relations }, { text }) => [
    { relations: relations.map((relation) => quotedRelation(relation, text)) },
  ],
  read: ([answer], input, task) => read(answer, input, task),
};
