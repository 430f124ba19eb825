import { type FamilyView, overlap } from '../view.ts';
import type { NerTypes } from './types.ts';

export const nerView: FamilyView<NerTypes> = {
  blocks: ({ text }) => [{ text }],
  side: ({ entities }, { text }) => ({
    elements: entities.map(({ start, end, type }) => ({
      label: type,
      surface: text.slice(start, end),
      key: `${start} ${end} ${type}`,
      span: { block: 0, start, end },
    })),
  }),
  near: overlap,
};
