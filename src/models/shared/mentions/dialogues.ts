import type { Example } from '../../../tasks/examples.ts';
import type { SymptomMention } from '../../../tasks/families/dialogue/types.ts';
import type { TaggedText } from '../crf/train.ts';
import { learnNames, type NameDictionary } from './names.ts';

/** Every turn of the dialogues as a text to tag: its dialogue is its unit, its speaker its side. */
export const taggedTurns = (
  dialogues: readonly Example<'dialogue'>[],
  typeOf: (mention: SymptomMention) => string,
): TaggedText[] =>
  dialogues.flatMap(({ id, input, gold }) =>
    input.turns.map(({ text, speaker }, turn) => ({
      text,
      side: speaker,
      unit: id,
      entities: gold.entities
        .filter((mention) => mention.turn === turn)
        .map((mention) => ({ start: mention.start, end: mention.end, type: typeOf(mention) })),
    })),
  );

/** The dictionary of all mentions that have a name. */
export const namesOf = (dialogues: readonly Example<'dialogue'>[]): NameDictionary =>
  learnNames(
    dialogues.flatMap(({ input, gold }) =>
      gold.entities.flatMap(({ turn, start, end, name }) =>
        name === undefined ? [] : [[input.turns[turn].text.slice(start, end), name] as const],
      ),
    ),
  );
