import { rougeL } from '../../../metrics/generation.ts';
import type { Family } from '../family.ts';
import { briefReply, comparedTargets, elementsOf, labelsOf, missingReply, parseReply } from './answers.ts';
import { instructionAsking } from './asking.ts';
import { instructionConventions } from './conventions.ts';
import { record } from './record.ts';
import type { InstructionTypes } from './types.ts';

/** A prompt and the text that answers it, which is read as labels, lists, trees or texts and scored as such. */
export const instruction: Family<'instruction', InstructionTypes> = {
  id: 'instruction',
  title: { en: 'Instructions', zh: '指令任务' },
  record,
  inputShape: 'text',
  hubTaskType: 'text-generation',
  parse: parseReply,
  missing: missingReply,
  texts: ({ prompt }) => [prompt],
  labels: labelsOf,
  brief: briefReply,
  conventions: instructionConventions,
  asking: [instructionAsking],
  view: {
    blocks: ({ prompt }) => [{ text: prompt }],
    side: (answer, input) => ({ elements: elementsOf(answer, input) }),
    near: (gold, answer) =>
      (gold.label === answer.label ? 1 : 0) + rougeL({ text: answer.surface, references: [gold.surface] }),
  },
  comparedParts: comparedTargets,
};
