import * as z from 'zod';
import type { Task } from '../../task.ts';
import type { Asking, Reading } from '../asking.ts';
import { labelOf, perTask, readAnswer } from '../shared/read-answer.ts';
import type { MultilabelTypes } from './types.ts';

const answerJson = perTask((task) => z.object({ labels: z.array(labelOf(task)) }));

function read(answer: unknown, task: Task): Reading<MultilabelTypes['prediction']> {
  const reading = readAnswer(answerJson(task), answer);
  if ('unreadable' in reading) return reading;
  return { prediction: { labels: [...new Set(reading.value.labels)] } };
}

export const multilabelAsking: Asking<MultilabelTypes> = {
  id: 'labels',
  prompt: {
    id: 'prompt/multilabel/labels@1',
    system: {
      zh: `任务：{{task}}。从下列标签中选出所有符合文本的标签，没有则为空数组。

标签：
{{labels}}

只输出 JSON：{"labels": ["标签"]}，标签须为上面列出的标识。`,
      en: `Task: {{task}}. Choose every label that fits the text; an empty array where none does.

Labels:
{{labels}}

Reply with JSON only: {"labels": ["label"]}, where the labels are identifiers listed above.`,
    },
    user: { zh: '文本：{{text}}', en: 'Text: {{text}}' },
  },
  placeholders: ['text'],
  schema: (task) => ({
    type: 'object',
    properties: {
      labels: { type: 'array', items: { type: 'string', enum: task.labels.map(({ id }) => id) } },
    },
    required: ['labels'],
    additionalProperties: false,
  }),
  calls: ({ text }) => [{ text }],
  worked: ({ labels }) => [{ labels }],
  read: ([answer], _input, task) => read(answer, task),
};
