import type { Text } from '../../../ground/language.ts';
import type { RecordReader } from '../shared/record.ts';
import { readTurns, TURNS_SHAPE } from '../shared/turns.ts';
import type { GenerationTypes } from './types.ts';

const NOT_EMPTY: Text = { en: 'a non-empty array', zh: '非空数组' };

/** `{"turns": [{"speaker", "text"}], "references"?: ["…"], "names"?: ["…"]}`. */
export const record: RecordReader<GenerationTypes> = {
  shape: TURNS_SHAPE,
  goldField: 'references',
  input: readTurns,
  gold: ({ references, names }, check) => {
    const list = check.array(references, 'references');
    if (list.length === 0) throw check.unexpected(list, NOT_EMPTY, 'references');
    const texts = list.map((item, i) => check.string(item, `references[${i}]`));
    if (names === undefined || names === null) return { references: texts };
    return {
      references: texts,
      names: check.array(names, 'names').map((item, i) => check.label(item, `names[${i}]`)),
    };
  },
};
