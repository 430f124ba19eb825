import type { Task } from '../../task.ts';
import type { Asking, Reading } from '../asking.ts';
import { isObject } from '../shared/faults.ts';
import { labelNamed } from '../shared/label-names.ts';
import type { DialogueActsTypes } from './types.ts';

type Input = DialogueActsTypes['input'];

const numbered = ({ turns }: Input): string =>
  turns.map(({ speaker, text }, i) => `${i + 1}. ${speaker}：${text}`).join('\n');

function read(answer: unknown, { turns }: Input, task: Task): Reading<DialogueActsTypes['prediction']> {
  if (!isObject(answer)) return { unreadable: 'not-an-object' };
  if (!Array.isArray(answer.acts))
    return { unreadable: `${answer.acts === undefined ? 'missing-field' : 'wrong-type'} acts` };
  if (answer.acts.length !== turns.length) return { unreadable: 'wrong-count acts' };
  const acts: string[] = [];
  for (const [i, value] of answer.acts.entries()) {
    const act = labelNamed(value, task);
    if (act === undefined) return { unreadable: `unknown-label acts[${i}]` };
    acts.push(act);
  }
  return { prediction: { acts } };
}

export const dialogueActsAsking: Asking<DialogueActsTypes> = {
  id: 'acts',
  prompt: {
    id: 'prompt/dialogue-acts/acts@1',
    system: {
      zh: `任务：{{task}}。为对话的每一句从下列类别中选出一个。

类别：
{{labels}}

只输出 JSON：{"acts": ["类别", "类别"]}，按句子顺序每句一个，个数须与句数相同，类别须为上面列出的标识之一。`,
      en: `Task: {{task}}. Choose one of these acts for each line of the dialogue.

Acts:
{{labels}}

Reply with JSON only: {"acts": ["act", "act"]}, one per line in their order and as many as there are lines; each is one of the identifiers listed above.`,
    },
    user: { zh: '对话：\n{{dialogue}}', en: 'Dialogue:\n{{dialogue}}' },
  },
  placeholders: ['dialogue'],
  schema: (task) => ({
    type: 'object',
    properties: {
      acts: { type: 'array', items: { type: 'string', enum: task.labels.map(({ id }) => id) } },
    },
    required: ['acts'],
    additionalProperties: false,
  }),
  calls: (input) => [{ dialogue: numbered(input) }],
  worked: ({ acts }) => [{ acts }],
  read: ([answer], input, task) => read(answer, input, task),
};
