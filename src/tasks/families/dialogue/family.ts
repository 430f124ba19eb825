import type { ExampleOf, Family } from '../family.ts';
import { listed } from '../shared/listed.ts';
import { missingSymptoms, namesFromNowhere, parseSymptoms } from './answers.ts';
import { dialogueAsking } from './asking.ts';
import { dialogueConventions } from './conventions.ts';
import { record } from './record.ts';
import type { DialogueTypes } from './types.ts';
import { dialogueView } from './view.ts';

/** A dialogue between doctor and patient: which symptoms, and whether the patient has them. */
export const dialogue: Family<'dialogue', DialogueTypes> = {
  id: 'dialogue',
  title: { en: 'Symptom diagnosis in dialogues', zh: '对话症状诊断' },
  record,
  inputShape: 'turns',
  hubTaskType: 'token-classification',
  parse: parseSymptoms,
  spans: { field: 'entities', text: ({ turn }, { turns }) => turns[Number(turn)]?.text },
  missing: missingSymptoms,
  texts: ({ turns }) => turns.map(({ text }) => text),
  labels: ({ gold }) => gold.symptoms.map(({ status }) => status),
  brief: ({ symptoms }) => listed(symptoms.map(({ name, status }) => `${name}=${status}`)),
  conventions: dialogueConventions,
  asking: [dialogueAsking],
  madeUp: {
    caption: {
      en: 'Examples of names that are neither in the dialogue nor among those of gold, train included:',
      zh: '对话中没有、也不在金标（含训练集）名称中的症状名示例：',
    },
    finder: namesFromNowhere,
  },
  view: dialogueView,
  annotations: ({ input, gold }: ExampleOf<DialogueTypes>) =>
    input.turns.map(({ text }, index) => ({
      text,
      mentions: gold.entities
        .filter(({ turn }) => turn === index)
        .map(({ start, end }) => ({ start, end, type: 'symptom' })),
    })),
};
