import * as z from 'zod';
import { createQuoteFinder, type QuotedSpan, type QuoteFinder } from '../../../text/quotes.ts';
import type { Task } from '../../task.ts';
import type { Asking, Reading } from '../asking.ts';
import { type QuoteTally, tallyQuotes } from '../shared/quote-counts.ts';
import { labelOf, perTask, readAnswer } from '../shared/read-answer.ts';
import type { Text1 } from '../shared/types.ts';
import type { Entity, NerTypes, UnalignedQuote } from './types.ts';

type Prediction = NerTypes['prediction'];

const answerJson = perTask((task) =>
  z.object({
    entities: z.array(
      z.object({
        quote: z.string(),
        type: labelOf(task),
        /** Counted from 1. */
        occurrence: z
          .int()
          .min(1)
          .nullish()
          .transform((value) => value ?? undefined),
      }),
    ),
  }),
);
type Quoted = z.infer<ReturnType<typeof answerJson>>['entities'][number];

/**
 * The places of quotes, in the order of the answer. A quote without an occurrence takes the next one that the same quote
 * with the same type has not taken; where there is none left it is a duplicate. So is the same place and type twice.
 */
function align(quoted: readonly Quoted[], { occurrences }: QuoteFinder, tally: QuoteTally): Prediction {
  const taken = new Map<string, number>();
  const types = new Map<string, Set<string>>();
  const entities: Entity[] = [];
  const unaligned: UnalignedQuote[] = [];
  for (const { quote, type, occurrence } of quoted) {
    const places = occurrences(quote);
    const key = JSON.stringify([quote, type]);
    const index = occurrence === undefined ? (taken.get(key) ?? 0) : occurrence - 1;
    if (occurrence === undefined) taken.set(key, index + 1);
    const span: QuotedSpan | undefined = places[index];
    if (!span) {
      if (places.length > 0 && occurrence === undefined) tally.add('duplicate');
      else {
        tally.add('unaligned');
        unaligned.push({ quote, type });
      }
      continue;
    }
    const { start, end } = span;
    const place = `${start} ${end}`;
    const before = types.get(place) ?? new Set();
    if (before.has(type)) {
      tally.add('duplicate');
      continue;
    }
    tally.found(span);
    if (before.size > 0) tally.add('conflicting');
    if (occurrence === undefined && places.length > 1) tally.add('ambiguous');
    types.set(place, before.add(type));
    entities.push({ start, end, type });
  }
  return unaligned.length > 0 ? { entities, unaligned } : { entities };
}

function read(answer: unknown, { text }: Text1, task: Task): Reading<Prediction> {
  const reading = readAnswer(answerJson(task), answer);
  if ('unreadable' in reading) return reading;
  const tally = tallyQuotes();
  const { entities } = reading.value;
  return { prediction: align(entities, createQuoteFinder(text), tally), quotes: tally.counts };
}

/** Gold as quotes, with the occurrence where a quote occurs more than once. */
function quotesOf(entities: readonly Entity[], text: string): object[] {
  const { occurrences } = createQuoteFinder(text);
  return [...entities]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map(({ start, end, type }) => {
      const quote = text.slice(start, end);
      const places = occurrences(quote);
      const index = places.findIndex((place) => place.start === start);
      return { quote, type, occurrence: places.length > 1 && index >= 0 ? index + 1 : null };
    });
}

export const nerAsking: Asking<NerTypes> = {
  id: 'quotes',
  prompt: {
    id: 'prompt/ner/quotes@1',
    system: {
      zh: `任务：{{task}}。找出文本中属于下列类型的全部实体。

类型：
{{labels}}

只输出 JSON：{"entities": [{"quote": "原文片段", "type": "类型", "occurrence": null}]}。quote 须逐字摘自文本；type 须为上面列出的标识之一；同一片段在文本中多次出现时，occurrence 填写第几次出现（从 1 开始），否则为 null。没有实体时输出 {"entities": []}。`,
      en: `Task: {{task}}. Find every entity in the text that is of one of these types.

Types:
{{labels}}

Reply with JSON only: {"entities": [{"quote": "words of the text", "type": "type", "occurrence": null}]}. The quote is verbatim; the type is one of the identifiers listed above; where the quote stands in the text more than once, occurrence says which one is meant, counted from 1, otherwise it is null. Reply {"entities": []} where there are none.`,
    },
    user: { zh: '文本：{{text}}', en: 'Text: {{text}}' },
  },
  placeholders: ['text'],
  schema: (task) => ({
    type: 'object',
    properties: {
      entities: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            quote: { type: 'string' },
            type: { type: 'string', enum: task.labels.map(({ id }) => id) },
            occurrence: { type: ['integer', 'null'] },
          },
          required: ['quote', 'type', 'occurrence'],
          additionalProperties: false,
        },
      },
    },
    required: ['entities'],
    additionalProperties: false,
  }),
  calls: ({ text }) => [{ text }],
  worked: ({ entities }, { text }) => [{ entities: quotesOf(entities, text) }],
  read: ([answer], input, task) => read(answer, input, task),
};
