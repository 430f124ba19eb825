import * as z from 'zod';
import type { Asking, Reading } from '../asking.ts';
import { readAnswer } from '../shared/read-answer.ts';
import type { NormalisationTypes } from './types.ts';

const answerJson = z.object({ terms: z.array(z.string()) });

function read(answer: unknown): Reading<NormalisationTypes['prediction']> {
  const reading = readAnswer(answerJson, answer);
  if ('unreadable' in reading) return reading;
  const terms = reading.value.terms.map((term) => term.trim()).filter((term) => term !== '');
  return { prediction: { terms: [...new Set(terms)] } };
}

export const normalisationAsking: Asking<NormalisationTypes> = {
  id: 'terms',
  prompt: {
    id: 'prompt/normalisation/terms@1',
    system: {
      zh: `任务：{{task}}。写出文本所对应的全部标准术语；一条文本可对应一个或多个术语。

只输出 JSON：{"terms": ["标准术语"]}。术语须为标准名称的完整写法。`,
      en: `Task: {{task}}. Give every standard term that the text stands for; a text may stand for one or several.

Reply with JSON only: {"terms": ["standard term"]}. Write terms in full, as the standard names them.`,
    },
    user: { zh: '文本：{{text}}', en: 'Text: {{text}}' },
  },
  placeholders: ['text'],
  schema: () => ({
    type: 'object',
    properties: { terms: { type: 'array', items: { type: 'string' } } },
    required: ['terms'],
    additionalProperties: false,
  }),
  calls: ({ text }) => [{ text }],
  worked: ({ terms }) => [{ terms }],
  read: ([answer]) => read(answer),
};
