import * as z from 'zod';
import { createQuoteFinder } from '../../../text/quotes.ts';
import type { Task } from '../../task.ts';
import type { Asking, Reading } from '../asking.ts';
import { spelledAs, tallyQuotes } from '../shared/quote-counts.ts';
import { labelOf, perTask, readAnswer } from '../shared/read-answer.ts';
import type { Text1 } from '../shared/types.ts';
import type { RelationTypes, Triple } from './types.ts';

const answerJson = perTask((task) =>
  z.object({
    triples: z.array(
      z.object({ subject: z.string().min(1), object: z.string().min(1), predicate: labelOf(task) }),
    ),
  }),
);

function read(answer: unknown, { text }: Text1, task: Task): Reading<RelationTypes['prediction']> {
  const reading = readAnswer(answerJson(task), answer);
  if ('unreadable' in reading) return reading;
  const tally = tallyQuotes();
  const spelled = spelledAs(text, createQuoteFinder(text), tally);
  const triples = new Map<string, Triple>();
  for (const { predicate, ...terms } of reading.value.triples) {
    const subject = spelled(terms.subject);
    const object = spelled(terms.object);
    const key = JSON.stringify([subject, predicate, object]);
    if (triples.has(key)) tally.add('duplicate');
    else triples.set(key, { subject, predicate, object });
  }
  return { prediction: { triples: [...triples.values()] }, quotes: tally.counts };
}

export const relationAsking: Asking<RelationTypes> = {
  id: 'triples',
  prompt: {
    id: 'prompt/relation/triples@1',
    system: {
      zh: `任务：{{task}}。找出文本中属于下列关系的全部三元组（主语、关系、宾语）。

关系：
{{labels}}

只输出 JSON：{"triples": [{"subject": "主语", "predicate": "关系", "object": "宾语"}]}。主语与宾语须逐字摘自文本，关系须为上面列出的标识之一。没有时输出 {"triples": []}。`,
      en: `Task: {{task}}. Find every triple (subject, predicate, object) that the text states with one of these predicates.

Predicates:
{{labels}}

Reply with JSON only: {"triples": [{"subject": "…", "predicate": "…", "object": "…"}]}. Subject and object are verbatim words of the text; the predicate is one of the identifiers listed above. Reply {"triples": []} where there are none.`,
    },
    user: { zh: '文本：{{text}}', en: 'Text: {{text}}' },
  },
  placeholders: ['text'],
  schema: (task) => ({
    type: 'object',
    properties: {
      triples: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            subject: { type: 'string' },
            predicate: { type: 'string', enum: task.labels.map(({ id }) => id) },
            object: { type: 'string' },
          },
          required: ['subject', 'predicate', 'object'],
          additionalProperties: false,
        },
      },
    },
    required: ['triples'],
    additionalProperties: false,
  }),
  calls: ({ text }) => [{ text }],
  worked: ({ triples }) => [
    { triples: triples.map(({ subject, predicate, object }) => ({ subject, predicate, object })) },
  ],
  read: ([answer], input, task) => read(answer, input, task),
};
