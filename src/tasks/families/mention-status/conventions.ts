import type { Convention } from '../../convention.ts';
import { labelListConventions } from '../shared/label-list.ts';
import type { MentionStatusTypes } from './types.ts';

export const MENTIONS = { name: { en: 'mentions', zh: '提及' } } as const;

/** The first is the default primary metric. */
export const mentionStatusConventions: readonly Convention<MentionStatusTypes>[] =
  labelListConventions<MentionStatusTypes>(
    {
      ...MENTIONS,
      family: 'mention-status',
      labelsOf: ({ gold, prediction }) => ({ gold: gold.statuses, predicted: prediction.statuses }),
    },
    ['macro-f1/observed', 'macro-f1/supported', 'accuracy'],
  );
