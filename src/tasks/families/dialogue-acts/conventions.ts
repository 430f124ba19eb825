import type { Convention } from '../../convention.ts';
import { labelListConventions } from '../shared/label-list.ts';
import type { DialogueActsTypes } from './types.ts';

export const TURNS = { name: { en: 'turns', zh: '句子' } } as const;

/** The first is the default primary metric. */
export const dialogueActsConventions: readonly Convention<DialogueActsTypes>[] =
  labelListConventions<DialogueActsTypes>(
    {
      ...TURNS,
      family: 'dialogue-acts',
      labelsOf: ({ gold, prediction }) => ({ gold: gold.acts, predicted: prediction.acts }),
    },
    ['accuracy', 'macro-f1/supported', 'macro-f1/observed'],
  );
