import { createQuoteFinder, type QuoteFinder } from '../../../text/quotes.ts';
import type { Task } from '../../task.ts';
import type { Asking, Reading } from '../asking.ts';
import { isObject } from '../shared/faults.ts';
import { labelNamed } from '../shared/label-names.ts';
import { type QuoteTally, tallyQuotes } from '../shared/quote-counts.ts';
import type { Text1 } from '../shared/types.ts';
import type { RelationTypes, Triple } from './types.ts';

function readTriple(value: unknown, at: string, task: Task): Triple | string {
  if (!isObject(value)) return `wrong-type ${at}`;
  const { subject, object } = value;
  for (const [name, term] of Object.entries({ subject, object }))
    if (typeof term !== 'string' || term === '')
      return `${term === undefined ? 'missing-field' : 'wrong-type'} ${at}.${name}`;
  const predicate = labelNamed(value.predicate, task);
  if (predicate === undefined)
    return `${value.predicate === undefined ? 'missing-field' : 'unknown-label'} ${at}.predicate`;
  return { subject: String(subject), predicate, object: String(object) };
}

/** The spelling of the text; a term that is not in the text stays as it was answered, and is counted. */
function inText(term: string, text: string, { occurrences }: QuoteFinder, tally: QuoteTally): string {
  const [span] = occurrences(term);
  if (!span) {
    tally.add('unaligned');
    return term;
  }
  tally.found(span);
  return text.slice(span.start, span.end);
}

function read(answer: unknown, { text }: Text1, task: Task): Reading<RelationTypes['prediction']> {
  if (!isObject(answer)) return { unreadable: 'not-an-object' };
  const { triples: listed } = answer;
  if (!Array.isArray(listed))
    return { unreadable: `${listed === undefined ? 'missing-field' : 'wrong-type'} triples` };
  const tally = tallyQuotes();
  const finder = createQuoteFinder(text);
  const triples = new Map<string, Triple>();
  for (const [i, value] of listed.entries()) {
    const triple = readTriple(value, `triples[${i}]`, task);
    if (typeof triple === 'string') return { unreadable: triple };
    const subject = inText(triple.subject, text, finder, tally);
    const object = inText(triple.object, text, finder, tally);
    const key = JSON.stringify([subject, triple.predicate, object]);
    if (triples.has(key)) tally.add('duplicate');
    else triples.set(key, { ...triple, subject, object });
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
