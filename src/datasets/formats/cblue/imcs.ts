import { readTextFile } from '../../../ground/files.ts';
import type { PlainRecord } from '../../../tasks/families/shared/record.ts';
import { expectArray, expectObject, expectString, parseObject, type ValuePlace } from '../records.ts';

/** One dialogue of the IMCS corpora. */
export interface ImcsDialogue {
  readonly id: string;
  readonly record: PlainRecord;
  readonly sentences: readonly ImcsSentence[];
  /** The place of one of its fields. */
  readonly at: (field: string) => ValuePlace;
}

export interface ImcsSentence {
  /** As the file numbers them. */
  readonly id: string;
  readonly speaker: string;
  readonly text: string;
  readonly record: PlainRecord;
  readonly at: (field: string) => ValuePlace;
}

/** The dialogues of a file: one JSON object with a dialogue under each id. */
export async function readImcs(file: string): Promise<ImcsDialogue[]> {
  const whole = parseObject(await readTextFile(file), file);
  return Object.entries(whole).map(([id, value]): ImcsDialogue => {
    const at = (field: string): ValuePlace => ({ file, id, field });
    const record = expectObject(value, at(id));
    const sentences = expectArray(record.dialogue, at('dialogue')).map((item, i): ImcsSentence => {
      const place = (field: string): ValuePlace => at(`dialogue[${i}]${field === '' ? '' : `.${field}`}`);
      const sentence = expectObject(item, place(''));
      const { sentence_id } = sentence;
      return {
        id:
          typeof sentence_id === 'number'
            ? String(sentence_id)
            : expectString(sentence_id, place('sentence_id')),
        speaker: expectString(sentence.speaker, place('speaker')),
        text: expectString(sentence.sentence, place('sentence')),
        record: sentence,
        at: place,
      };
    });
    return { id, record, sentences, at };
  });
}
