import type { Family } from '../family.ts';
import { briefStatuses, missingStatuses, parseStatuses, surfaceOf } from './answers.ts';
import { mentionStatusAsking } from './asking.ts';
import { mentionStatusConventions } from './conventions.ts';
import { record } from './record.ts';
import type { MentionStatusTypes } from './types.ts';

/** Whether a finding that is mentioned in a dialogue is present or denied. */
export const mentionStatus: Family<'mention-status', MentionStatusTypes> = {
  id: 'mention-status',
  title: { en: 'Status of given mentions', zh: '给定提及的状态判别' },
  record,
  inputShape: 'turns',
  hubTaskType: 'text-classification',
  parse: parseStatuses,
  missing: missingStatuses,
  texts: ({ turns }) => turns.map(({ text }) => text),
  labels: ({ gold }) => gold.statuses,
  brief: briefStatuses,
  conventions: mentionStatusConventions,
  asking: [mentionStatusAsking],
  view: {
    blocks: ({ turns }) => turns.map(({ speaker, text }) => ({ who: speaker, text })),
    side: ({ statuses }, input) => ({
      elements: statuses.map((status, i) => {
        const { turn, start, end } = input.mentions[i];
        return {
          label: status,
          surface: surfaceOf(input, i),
          key: `${i} ${status}`,
          span: { block: turn, start, end },
        };
      }),
    }),
    near: (gold, answer) => Number(gold.key.split(' ')[0] === answer.key.split(' ')[0]),
  },
  // The order of statuses is that of the mentions.
  comparedParts: ({ input, gold }) => ({
    texts: [...input.turns.map(({ text }) => text), JSON.stringify(input.mentions)],
    gold: gold.statuses.join('\n'),
  }),
};
