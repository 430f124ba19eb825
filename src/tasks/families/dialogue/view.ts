import { type FamilyView, fold } from '../view.ts';
import type { DialogueTypes } from './types.ts';

export const dialogueView: FamilyView<DialogueTypes> = {
  blocks: ({ turns }) => turns.map(({ speaker, text }) => ({ who: speaker, text })),
  side: (answer, { turns }) => ({
    elements: answer.symptoms.map(({ name, status }) => ({
      label: status,
      surface: name,
      key: JSON.stringify([name, status]),
    })),
    marks: answer.entities?.map(({ turn, start, end, name, status }) => ({
      label: status ?? '',
      surface: name ?? turns[turn].text.slice(start, end),
      key: `${turn} ${start} ${end}`,
      span: { block: turn, start, end },
    })),
  }),
  near: (gold, answer) =>
    gold.surface === answer.surface ? 2 : fold(gold.surface) === fold(answer.surface) ? 1 : 0,
  labelCause(gold, answer) {
    const statuses = [gold, answer];
    if (statuses.includes('uncertain')) return 'uncertainty';
    return statuses.includes('true') && statuses.includes('false') ? 'negation' : undefined;
  },
};
