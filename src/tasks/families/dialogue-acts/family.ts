import type { Family } from '../family.ts';
import { listed } from '../shared/listed.ts';
import { missingActs, parseActs } from './answers.ts';
import { dialogueActsAsking } from './asking.ts';
import { dialogueActsConventions } from './conventions.ts';
import { record } from './record.ts';
import type { DialogueActsTypes } from './types.ts';

/** What every turn of a dialogue does: asks for a symptom, gives advice… */
export const dialogueActs: Family<'dialogue-acts', DialogueActsTypes> = {
  id: 'dialogue-acts',
  title: { en: 'Dialogue acts', zh: '对话意图识别' },
  record,
  inputShape: 'turns',
  hubTaskType: 'text-classification',
  parse: parseActs,
  missing: missingActs,
  texts: ({ turns }) => turns.map(({ text }) => text),
  labels: ({ gold }) => gold.acts,
  brief: ({ acts }) => listed(acts),
  conventions: dialogueActsConventions,
  asking: [dialogueActsAsking],
  view: {
    blocks: ({ turns }) => turns.map(({ speaker, text }) => ({ who: speaker, text })),
    side: ({ acts }, { turns }) => ({
      elements: acts.map((act, i) => ({
        label: act,
        surface: String(i + 1),
        key: `${i} ${act}`,
        span: { block: i, start: 0, end: turns[i].text.length },
      })),
    }),
    near: (gold, answer) => (gold.surface === answer.surface ? 1 : 0),
  },
  // The order of acts is that of the turns.
  comparedParts: ({ input, gold }) => ({
    texts: input.turns.map(({ text }) => text),
    gold: gold.acts.join('\n'),
  }),
};
