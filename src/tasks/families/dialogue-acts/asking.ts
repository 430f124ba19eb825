import type { Asking } from '../asking.ts';
import { numbered, readLabelAnswers } from '../shared/list-asking.ts';
import type { DialogueActsTypes } from './types.ts';

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
  calls: ({ turns }) => [{ dialogue: numbered(turns) }],
  worked: ({ acts }) => [{ acts }],
  read([answer], { turns }, task) {
    const reading = readLabelAnswers(answer, 'acts', turns.length, task);
    return 'unreadable' in reading ? reading : { prediction: { acts: reading.prediction } };
  },
};
