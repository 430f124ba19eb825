import * as z from 'zod';
import type { Asking, Reading } from '../asking.ts';
import { dialogueText } from '../shared/list-asking.ts';
import { readAnswer } from '../shared/read-answer.ts';
import type { GenerationTypes } from './types.ts';

const answerJson = z.object({ reply: z.string().regex(/\S/) });

function read(answer: unknown): Reading<GenerationTypes['prediction']> {
  const reading = readAnswer(answerJson, answer);
  return 'unreadable' in reading ? reading : { prediction: reading.value };
}

/** A reference of middle length, which shows the form that is wanted. */
function formOf(train: readonly { readonly gold: GenerationTypes['gold'] }[]): string {
  const texts = train.flatMap(({ gold }) => gold.references.slice(0, 1));
  const sorted = texts.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return sorted[Math.floor(sorted.length / 2)] ?? '';
}

export const generationAsking: Asking<GenerationTypes> = {
  id: 'reply',
  prompt: {
    id: 'prompt/generation/reply@1',
    system: {
      zh: `任务：{{task}}。根据下面的对话写出所要求的文本。体裁与篇幅如下例（内容与本例无关）：

{{form}}

只输出 JSON：{"reply": "文本"}。`,
      en: `Task: {{task}}. Write the text that the task asks for, given the dialogue. Form and length are those of this example, whose content is of another dialogue:

{{form}}

Reply with JSON only: {"reply": "the text"}.`,
    },
    user: { zh: '对话：\n{{dialogue}}', en: 'Dialogue:\n{{dialogue}}' },
  },
  placeholders: ['dialogue', 'form'],
  schema: () => ({
    type: 'object',
    properties: { reply: { type: 'string' } },
    required: ['reply'],
    additionalProperties: false,
  }),
  calls: ({ turns }) => [{ dialogue: dialogueText(turns) }],
  worked: ({ references: [reply] }) => [{ reply }],
  read: ([answer]) => read(answer),
  learn: (train) => ({ form: formOf(train) }),
};
