import { counted } from '../../../ground/counted.ts';
import { UserError } from '../../../ground/errors.ts';
import { codePoints } from '../code-points.ts';
import type { Format, SourceRecord } from '../format.ts';
import { expectString, isAbsent, type ValuePlace } from '../records.ts';
import { type ImcsSentence, readImcs } from './imcs.ts';

/**
 * IMCS-V2-NER as it is: in every dialogue, sentences with one tag per character, joined by blanks (`BIO_label`). Each
 * sentence is an example with the id `DIALOGUE/SENTENCE`; its independent unit is the dialogue. The speaker is no part of the
 * text. Tags are read as the official script does: an `I` without `B` is ignored, and an `I` of another type is skipped
 * without ending the entity that is open.
 */
export const imcsNer: Format = {
  families: ['ner'],
  shape: {
    en: '{"dialogue": [{"sentence_id": "1", "speaker": "…", "sentence": "…", "BIO_label": "O B-Symptom"}]} under the id of each dialogue',
    zh: '以对话 id 为键，值为 {"dialogue": [{"sentence_id": "1", "speaker": "…", "sentence": "…", "BIO_label": "O B-Symptom"}]}',
  },
  async *read(path) {
    for (const { id, sentences } of await readImcs(path))
      yield sentences.map((sentence) => readSentence(id, sentence));
  },
};

function readSentence(dialogue: string, { id, text, record, at }: ImcsSentence): SourceRecord {
  const { BIO_label: label } = record;
  const value = { id: `${dialogue}/${id}`, group: dialogue, text };
  if (isAbsent(label) || (label === '' && text !== '')) return { value };
  const entities = decodeTags(expectString(label, at('BIO_label')), text, at('BIO_label'));
  return { value: { ...value, entities }, origin: () => at('BIO_label') };
}

/** An entity of a sentence, UTF-16 code units, `end` exclusive. */
interface TaggedEntity {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}

/** The entities of a sentence from its tags, joined by blanks. Throws a UserError `bad-bio` for another number of tags. */
export function decodeTags(label: string, text: string, place: ValuePlace): TaggedEntity[] {
  const tags = label.split(' ').filter((tag) => tag !== '');
  const points = codePoints(text);
  if (tags.length !== points.length) throw wrongCount(tags.length, points.length, place);
  const entities: TaggedEntity[] = [];
  let open: { start: number; end: number; type: string } | undefined;
  const close = (): void => {
    if (open)
      entities.push({ start: points.toUnits(open.start), end: points.toUnits(open.end), type: open.type });
    open = undefined;
  };
  for (const [i, tag] of tags.entries()) {
    const [letter, type] = [tag.charAt(0), tag.slice(2)];
    if (letter === 'I') {
      if (open?.type === type) open.end = i + 1;
    } else {
      close();
      if (letter === 'B') open = { start: i, end: i + 1, type };
    }
  }
  close();
  return entities;
}

const wrongCount = (tags: number, characters: number, place: ValuePlace): UserError =>
  new UserError(
    'bad-bio',
    {
      en: `${counted(tags, 'tag')} for ${counted(characters, 'character')}`,
      zh: `有 ${tags} 个标签，而句子有 ${characters} 个字符`,
    },
    {
      ...place,
      hint: { en: 'Give every character of the sentence one tag.', zh: '句子的每个字符对应一个标签。' },
    },
  );
