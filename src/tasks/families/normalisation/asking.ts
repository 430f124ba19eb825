import type { Asking, Reading } from '../asking.ts';
import { isObject } from '../shared/faults.ts';
import type { NormalisationTypes } from './types.ts';

function read(answer: unknown): Reading<NormalisationTypes['prediction']> {
  if (!isObject(answer)) return { unreadable: 'not-an-object' };
  const { terms } = answer;
  if (!Array.isArray(terms))
    return { unreadable: `${terms === undefined ? 'missing-field' : 'wrong-type'} terms` };
  const found = new Set<string>();
  for (const [i, term] of terms.entries()) {
    if (typeof term !== 'string') return { unreadable: `wrong-type terms[${i}]` };
    if (term.trim() !== '') found.add(term.trim());
  }
  return { prediction: { terms: [...found] } };
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
