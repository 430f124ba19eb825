import { type FamilyView, overlap } from '../view.ts';
import type { NerTypes, UnalignedQuote } from './types.ts';

/** What a model quoted and the text does not have. */
const quoted = ({ quote, type }: UnalignedQuote) => ({
  label: type,
  surface: `“${quote}”`,
  key: `“${quote}” ${type}`,
});

export const nerView: FamilyView<NerTypes> = {
  blocks: ({ text }) => [{ text }],
  side: (answer, { text }) => ({
    elements: [
      ...answer.entities.map(({ start, end, type }) => ({
        label: type,
        surface: text.slice(start, end),
        key: `${start} ${end} ${type}`,
        span: { block: 0, start, end },
      })),
      ...('unaligned' in answer ? (answer.unaligned ?? []) : []).map(quoted),
    ],
  }),
  near: overlap,
};
