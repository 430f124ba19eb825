import * as z from 'zod';
import type { Label, Task } from '../../task.ts';
import type { Asking, Reading } from '../asking.ts';
import { likeliest } from '../shared/label-asking.ts';
import { labelOf, named, perTask, readAnswer } from '../shared/read-answer.ts';
import type { RankingTypes } from './types.ts';

type Prediction = RankingTypes['prediction'];

/** The grades of a task whose labels are not known. */
const GRADES: readonly Label[] = [
  { id: '0', meaning: { en: 'irrelevant', zh: '不相关' } },
  { id: '1', meaning: { en: 'relevant', zh: '相关' } },
];

const gradesOf = ({ labels }: Task): readonly Label[] => (labels.length > 0 ? labels : GRADES);

/** The grade itself, or the meaning of a label. */
const gradeJson = perTask((task) => z.object({ grade: labelOf({ ...task, labels: gradesOf(task) }) }));

function readGrades(answers: readonly unknown[], task: Task): Reading<Prediction> {
  const scores: number[] = [];
  for (const [i, answer] of answers.entries()) {
    const reading = readAnswer(gradeJson(task), answer);
    if ('unreadable' in reading) return { unreadable: `${reading.unreadable} of document ${i + 1}` };
    scores.push(Number(reading.value.grade));
  }
  return { prediction: { scores } };
}

/** Every document is graded separately. */
export const pointwise: Asking<RankingTypes> = {
  id: 'pointwise',
  prompt: {
    id: 'prompt/ranking/pointwise@1',
    system: {
      zh: `任务：{{task}}。判断文档与查询的相关程度。

等级：
{{labels}}

只输出 JSON：{"grade": 等级}，等级须为上面列出的数字之一。`,
      en: `Task: {{task}}. Judge how relevant the document is to the query.

Grades:
{{labels}}

Reply with JSON only: {"grade": grade}, where the grade is one of the numbers listed above.`,
    },
    user: { zh: '查询：{{query}}\n文档：{{document}}', en: 'Query: {{query}}\nDocument: {{document}}' },
  },
  placeholders: ['query', 'document'],
  schema: (task) => ({
    type: 'object',
    properties: { grade: { type: 'integer', enum: gradesOf(task).map(({ id }) => Number(id)) } },
    required: ['grade'],
    additionalProperties: false,
  }),
  calls: ({ query, documents }) => documents.map(({ title }) => ({ query, document: title })),
  worked: ({ relevance }) => relevance.map((grade) => ({ grade })),
  read: (answers, _input, task) => readGrades(answers, task),
  choice: {
    options: gradesOf,
    answer: (grade) => ({ grade: Number(grade) }),
    // The expected grade under the probabilities of the options; the chosen one where only that is known.
    decide: (calls) => ({
      scores: calls.map((scores) => {
        const weights = Object.entries(scores).map(([id, score]) => [Number(id), Math.exp(score)] as const);
        const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
        if (!(total > 0)) return Number(likeliest(scores));
        return weights.reduce((sum, [grade, weight]) => sum + grade * weight, 0) / total;
      }),
    }),
  },
};

/** Pairs of documents, each in both orders, so that a preference for the first place cancels out. */
const pairsOf = (documents: number): (readonly [number, number])[] =>
  Array.from({ length: documents }, (_, i) => i).flatMap((i) =>
    Array.from({ length: documents }, (_, j) => j)
      .filter((j) => j !== i)
      .map((j) => [i, j] as const),
  );

const DOCUMENTS = ['A', 'B'] as const;
const pairJson = z.object({ better: named((value) => DOCUMENTS.find((name) => name === value)) });

function readPairs(answers: readonly unknown[], documents: number): Reading<Prediction> {
  const scores: number[] = new Array(documents).fill(0);
  for (const [k, [first, second]] of pairsOf(documents).entries()) {
    const reading = readAnswer(pairJson, answers[k]);
    if ('unreadable' in reading) return { unreadable: `${reading.unreadable} of pair ${k + 1}` };
    scores[reading.value.better === 'A' ? first : second]++;
  }
  return { prediction: { scores } };
}

/** Every pair of documents is compared, in both orders; a document's score is the number of comparisons it wins. */
export const pairwise: Asking<RankingTypes> = {
  id: 'pairwise',
  prompt: {
    id: 'prompt/ranking/pairwise@1',
    system: {
      zh: `任务：{{task}}。判断两篇文档中哪一篇与查询更相关。

只输出 JSON：{"better": "A"} 或 {"better": "B"}。`,
      en: `Task: {{task}}. Judge which of the two documents is more relevant to the query.

Reply with JSON only: {"better": "A"} or {"better": "B"}.`,
    },
    user: {
      zh: '查询：{{query}}\n文档 A：{{documentA}}\n文档 B：{{documentB}}',
      en: 'Query: {{query}}\nDocument A: {{documentA}}\nDocument B: {{documentB}}',
    },
  },
  placeholders: ['query', 'documentA', 'documentB'],
  schema: () => ({
    type: 'object',
    properties: { better: { type: 'string', enum: DOCUMENTS } },
    required: ['better'],
    additionalProperties: false,
  }),
  calls: ({ query, documents }) =>
    pairsOf(documents.length).map(([first, second]) => ({
      query,
      documentA: documents[first].title,
      documentB: documents[second].title,
    })),
  worked: ({ relevance }) =>
    pairsOf(relevance.length).map(([first, second]) => ({
      better: relevance[first] >= relevance[second] ? 'A' : 'B',
    })),
  read: (answers, { documents }) => readPairs(answers, documents.length),
};

function readOrder(answer: unknown, documents: number): Reading<Prediction> {
  const reading = readAnswer(z.object({ order: z.array(z.int().min(1).max(documents)) }), answer);
  if ('unreadable' in reading) return reading;
  const { order } = reading.value;
  if (order.length !== documents || new Set(order).size !== documents)
    return { unreadable: 'not-a-permutation order' };
  const scores: number[] = new Array(documents).fill(0);
  for (const [place, number] of order.entries()) scores[number - 1] = documents - place;
  return { prediction: { scores } };
}

/** One call orders all documents. */
export const listwise: Asking<RankingTypes> = {
  id: 'listwise',
  prompt: {
    id: 'prompt/ranking/listwise@1',
    system: {
      zh: `任务：{{task}}。按与查询的相关程度从高到低排列文档。

只输出 JSON：{"order": [文档编号]}，每个编号恰好出现一次。`,
      en: `Task: {{task}}. Put the documents in order of relevance to the query, the most relevant first.

Reply with JSON only: {"order": [numbers of documents]}, every number exactly once.`,
    },
    user: { zh: '查询：{{query}}\n文档：\n{{documents}}', en: 'Query: {{query}}\nDocuments:\n{{documents}}' },
  },
  placeholders: ['query', 'documents'],
  schema: () => ({
    type: 'object',
    properties: { order: { type: 'array', items: { type: 'integer' } } },
    required: ['order'],
    additionalProperties: false,
  }),
  calls: ({ query, documents }) => [
    { query, documents: documents.map(({ title }, i) => `${i + 1}. ${title}`).join('\n') },
  ],
  worked: ({ relevance }) => [
    {
      order: relevance
        .map((grade, i) => ({ grade, number: i + 1 }))
        .sort((a, b) => b.grade - a.grade || a.number - b.number)
        .map(({ number }) => number),
    },
  ],
  read: ([answer], { documents }) => readOrder(answer, documents.length),
};
