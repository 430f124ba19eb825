import { rougeL } from '../../../metrics/generation.ts';
import type { Family } from '../family.ts';
import { briefReply, comparedReplies, missingReply, parseReply, textsOf } from './answers.ts';
import { generationAsking } from './asking.ts';
import { generationConventions } from './conventions.ts';
import { record } from './record.ts';
import type { GenerationTypes } from './types.ts';

/** A text to write after a dialogue: the doctor's reply, a report. */
export const generation: Family<'generation', GenerationTypes> = {
  id: 'generation',
  title: { en: 'Text generation', zh: '文本生成' },
  record,
  inputShape: 'turns',
  hubTaskType: 'text-generation',
  parse: parseReply,
  missing: missingReply,
  texts: ({ turns }) => turns.map(({ text }) => text),
  labels: ({ gold }) => gold.names ?? [],
  openLabels: true,
  brief: briefReply,
  conventions: generationConventions,
  asking: [generationAsking],
  view: {
    blocks: ({ turns }) => turns.map(({ speaker, text }) => ({ who: speaker, text })),
    side: (answer) => ({
      elements: textsOf(answer).map((text) => ({ label: '', surface: text, key: text })),
    }),
    near: (gold, answer) => rougeL({ text: answer.surface, references: [gold.surface] }),
  },
  comparedParts: comparedReplies,
};
