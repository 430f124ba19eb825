import type { Text } from '../../../ground/language.ts';
import type { RecordReader } from '../shared/record.ts';
import { FORMS, type InstructionTypes } from './types.ts';

const FORM: Text = { en: `one of ${FORMS.join(', ')}`, zh: `${FORMS.join('、')} 之一` };

/** `{"prompt", "form", "choices"?: ["…"], "target"?}`. */
export const record: RecordReader<InstructionTypes> = {
  shape: '{"id": "…", "prompt": "…", "form": "label", "choices": ["…"]}',
  goldField: 'target',
  input({ prompt, form, choices }, check) {
    const known = FORMS.find((one) => one === form);
    if (!known) throw check.unexpected(form, FORM, 'form');
    const input = { prompt: check.string(prompt, 'prompt'), form: known };
    if (choices === undefined || choices === null) return input;
    const list = check.array(choices, 'choices').map((one, i) => check.string(one, `choices[${i}]`));
    return { ...input, choices: list };
  },
  gold: ({ target }, check) => ({ target: check.string(target, 'target') }),
};
