import type { RecordReader } from '../shared/record.ts';
import { readTurns, TURNS_SHAPE } from '../shared/turns.ts';
import type { DialogueActsTypes } from './types.ts';

const AS_MANY = { en: 'one act for each turn', zh: '与 turns 等长的数组' };

/** `{"turns": [{"speaker", "text"}], "acts"?: ["…"]}`. */
export const record: RecordReader<DialogueActsTypes> = {
  shape: TURNS_SHAPE,
  goldField: 'acts',
  input: readTurns,
  gold: ({ acts }, check, { turns }) => {
    const list = check.array(acts, 'acts');
    if (list.length !== turns.length) throw check.unexpected(list, AS_MANY, 'acts');
    return { acts: list.map((act, i) => check.label(act, `acts[${i}]`)) };
  },
};
