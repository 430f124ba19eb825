import type { Asking } from '../asking.ts';
import { numbered, readLabelAnswers } from '../shared/list-asking.ts';
import { surfaceOf } from './answers.ts';
import type { MentionStatusTypes } from './types.ts';

const listedMentions = (input: MentionStatusTypes['input']): string =>
  input.mentions.map(({ turn }, i) => `${i + 1}. ${surfaceOf(input, i)}（${turn + 1}）`).join('\n');

export const mentionStatusAsking: Asking<MentionStatusTypes> = {
  id: 'statuses',
  prompt: {
    id: 'prompt/mention-status/statuses@1',
    system: {
      zh: `任务：{{task}}。为对话中列出的每个提及判断状态；括号内是它所在的句子。

状态：
{{labels}}

只输出 JSON：{"statuses": ["状态", "状态"]}，按提及的次序每个一项，个数须与提及数相同，状态须为上面列出的标识之一。`,
      en: `Task: {{task}}. Decide on a status for each listed mention of the dialogue; the line that it stands in is given in brackets.

Statuses:
{{labels}}

Reply with JSON only: {"statuses": ["status", "status"]}, one per mention in their order and as many as there are mentions; each is one of the identifiers listed above.`,
    },
    user: {
      zh: '对话：\n{{dialogue}}\n\n提及：\n{{mentions}}',
      en: 'Dialogue:\n{{dialogue}}\n\nMentions:\n{{mentions}}',
    },
  },
  placeholders: ['dialogue', 'mentions'],
  schema: (task) => ({
    type: 'object',
    properties: {
      statuses: { type: 'array', items: { type: 'string', enum: task.labels.map(({ id }) => id) } },
    },
    required: ['statuses'],
    additionalProperties: false,
  }),
  calls: (input) => [{ dialogue: numbered(input.turns), mentions: listedMentions(input) }],
  worked: ({ statuses }) => [{ statuses }],
  read([answer], { mentions }, task) {
    const reading = readLabelAnswers(answer, 'statuses', mentions.length, task);
    return 'unreadable' in reading ? reading : { prediction: { statuses: reading.prediction } };
  },
};
