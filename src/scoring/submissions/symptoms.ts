import { IMCS_STATUS } from '../../datasets/formats/cblue/imcs-symptoms.ts';
import { type Finding, isRecord, refused, type SubmissionShape } from './shape.ts';

const NUMBERS = Object.fromEntries(Object.entries(IMCS_STATUS).map(([number, status]) => [status, number]));

/** The key of the whole dialogue, next to the numbers of its sentences. */
export const WHOLE = 'global';

/** IMCS-V2-SR: the symptoms of every sentence and of the dialogue, each with `0`, `1` or `2`. */
export const dialogueSymptoms: SubmissionShape = {
  ending: '.json',
  form: { kind: 'dialogues', whole: WHOLE },
  answer({ question, prediction }) {
    const turns = 'turns' in question.input ? question.input.turns : [];
    const found = prediction && 'symptoms' in prediction ? prediction : { symptoms: [], entities: [] };
    const sentences = turns.map(() => ({}) as Record<string, string>);
    for (const { turn, name, status } of found.entities ?? [])
      if (name !== undefined && status !== undefined) sentences[turn][name] = NUMBERS[status];
    const whole = Object.fromEntries(found.symptoms.map(({ name, status }) => [name, NUMBERS[status]]));
    return [...sentences, whole];
  },
  findings(value) {
    if (!isRecord(value))
      return [
        refused('wrong-type', 'symptoms', { en: 'Expected an object of symptoms', zh: '应为症状对象' }),
      ];
    return Object.entries(value).flatMap(([name, number]): Finding[] => {
      if (typeof number === 'string' && Object.hasOwn(IMCS_STATUS, number)) return [];
      const message = { en: `"${name}" must be "0", "1" or "2"`, zh: `“${name}”应为 "0"、"1" 或 "2"` };
      return [refused('unknown-label', name, message)];
    });
  },
};
