import { join } from 'node:path';
import { readTextFile } from '../../ground/files.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import type { OffsetRule } from '../imports/offsets.ts';
import type { RawSpan } from '../imports/raw.ts';
import { inferRule, type MarkedText } from './cblue/offset-rule.ts';
import { listDialogues } from './dialogue-json.ts';
import type { Format, FormatContext, RecordNotice, SourceRecord } from './format.ts';
import { placeSpans } from './place-spans.ts';
import {
  badField,
  expectArray,
  expectInteger,
  expectObject,
  expectString,
  isAbsent,
  parseObject,
  type ValuePlace,
} from './records.ts';

const OFFICIAL: OffsetRule = { unit: 'code-point', end: 'exclusive' };

/**
 * DiaKG: a directory with one JSON file for each document, of paragraphs, of sentences with entities and relations. A
 * paragraph is an example with the id `DOCUMENT/PARAGRAPH`. Entities count from the beginning of their sentence, sentences
 * from that of their paragraph, in code points, `end_idx` one past the last; a directory that counts otherwise is read by its
 * own rule (`offset-rule`). An entity that reads otherwise is noticed (`mention-differs`), one that leaves its text dropped
 * (`mention-outside`); nested ones are kept.
 */
export const diakg: Format = {
  families: ['ner'],
  list: listDialogues,
  shape: {
    en: 'one JSON file for each document: {"doc_id", "paragraphs": [{"paragraph", "sentences": [{"start_idx", "entities": […]}]}]}',
    zh: '每篇文档一个 JSON 文件：{"doc_id", "paragraphs": [{"paragraph", "sentences": [{"start_idx", "entities": […]}]}]}',
  },
  async *read(directory, context) {
    for await (const paragraph of placedParagraphs(directory, context)) yield [entitiesOf(paragraph)];
  },
};

/**
 * The relations of DiaKG: triples of the words of their ends, with the types of the entities. A relation of an entity that its
 * document lacks, or between paragraphs, is dropped and noticed (`relation-outside`).
 */
export const diakgRelations: Format = {
  ...diakg,
  families: ['relation'],
  shape: {
    en: 'one JSON file for each document: {"doc_id", "paragraphs": [{"paragraph", "sentences": [{"entities": […], "relations": […]}]}]}',
    zh: '每篇文档一个 JSON 文件：{"doc_id", "paragraphs": [{"paragraph", "sentences": [{"entities": […], "relations": […]}]}]}',
  },
  async *read(directory, context) {
    for await (const paragraph of placedParagraphs(directory, context)) yield [triplesOf(paragraph)];
  },
};

/** A paragraph as the file writes it. */
interface Paragraph extends MarkedText {
  readonly id: string;
  readonly file: string;
  readonly relations: readonly Relation[];
}

interface Relation {
  readonly type: unknown;
  readonly head: unknown;
  readonly tail: unknown;
  readonly field: string;
}

interface PlacedEntity {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}

interface PlacedParagraph {
  readonly paragraph: Paragraph;
  readonly entities: readonly PlacedEntity[];
  readonly fields: readonly string[];
  readonly byKey: ReadonlyMap<unknown, PlacedEntity>;
  readonly notices: readonly RecordNotice[];
}

async function* placedParagraphs(directory: string, context: FormatContext): AsyncGenerator<PlacedParagraph> {
  const rule = await inferRule(paragraphsOf(directory), OFFICIAL, context);
  for await (const paragraph of paragraphsOf(directory)) yield placeEntities(paragraph, rule);
}

async function* paragraphsOf(directory: string): AsyncGenerator<Paragraph> {
  for (const name of await listDialogues(directory)) {
    const file = join(directory, name);
    const { doc_id, paragraphs } = parseObject(await readTextFile(file), file);
    const place = (field: string): ValuePlace => ({ file, field });
    const document = typeof doc_id === 'string' || typeof doc_id === 'number' ? doc_id : name;
    for (const [i, item] of expectArray(paragraphs, place('paragraphs')).entries()) {
      const field = `paragraphs[${i}]`;
      const own = expectObject(item, place(field));
      const id = isAbsent(own.paragraph_id)
        ? String(i)
        : readId(own.paragraph_id, place(`${field}.paragraph_id`));
      yield { id: `${document}/${id}`, file, ...readSentences(own, file, field) };
    }
  }
}

function readId(value: unknown, place: ValuePlace): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw badField(value, { en: 'a string or a number', zh: '字符串或数字' }, place);
}

function readSentences(
  paragraph: PlainRecord,
  file: string,
  prefix: string,
): MarkedText & { readonly relations: readonly Relation[] } {
  const at = (field: string): ValuePlace => ({ file, field: `${prefix}.${field}` });
  const text = expectString(paragraph.paragraph, at('paragraph'));
  const spans: RawSpan[] = [];
  const relations: Relation[] = [];
  for (const [i, item] of expectArray(paragraph.sentences, at('sentences')).entries()) {
    const sentence = expectObject(item, at(`sentences[${i}]`));
    const offset = expectInteger(sentence.start_idx, at(`sentences[${i}].start_idx`));
    for (const [j, given] of expectArray(sentence.entities ?? [], at(`sentences[${i}].entities`)).entries()) {
      const field = `sentences[${i}].entities[${j}]`;
      const { entity_id, entity, entity_type, start_idx, end_idx } = expectObject(given, at(field));
      spans.push({
        start: offset + expectInteger(start_idx, at(`${field}.start_idx`)),
        end: offset + expectInteger(end_idx, at(`${field}.end_idx`)),
        type: expectString(entity_type, at(`${field}.entity_type`)),
        key: readId(entity_id, at(`${field}.entity_id`)),
        field: `${prefix}.${field}`,
        ...(typeof entity === 'string' && { mention: entity }),
      });
    }
    for (const [j, given] of expectArray(
      sentence.relations ?? [],
      at(`sentences[${i}].relations`),
    ).entries()) {
      const field = `sentences[${i}].relations[${j}]`;
      const {
        relation_type: type,
        head_entity_id: head,
        tail_entity_id: tail,
      } = expectObject(given, at(field));
      relations.push({ type, head, tail, field: `${prefix}.${field}` });
    }
  }
  return { text, spans, relations };
}

function placeEntities(paragraph: Paragraph, rule: OffsetRule): PlacedParagraph {
  const { entities, kept, notices } = placeSpans(paragraph, rule);
  const byKey = new Map<unknown, PlacedEntity>(kept.map(({ key }, i) => [key, entities[i]]));
  return { paragraph, entities, fields: kept.map(({ field }) => field), byKey, notices };
}

function entitiesOf({
  paragraph: { id, text, file },
  entities,
  fields,
  notices,
}: PlacedParagraph): SourceRecord {
  const origin = (field: string) => ({
    field: field.replace(/^entities\[(\d+)\]\.type$/, (_, i) => `${fields[Number(i)]}.entity_type`),
  });
  return { value: { id, text, entities }, file, notices, origin };
}

function triplesOf({ paragraph, byKey, notices }: PlacedParagraph): SourceRecord {
  const { id, text, file, relations } = paragraph;
  const own: RecordNotice[] = [...notices.filter(({ code }) => code !== 'mention-overlaps')];
  const triples: PlainRecord[] = [];
  const fields: string[] = [];
  const seen = new Set<string>();
  for (const { type, head, tail, field } of relations) {
    const [subject, object] = [head, tail].map((key) =>
      byKey.get(typeof key === 'number' ? String(key) : key),
    );
    if (!subject || !object) {
      own.push(relationOutside(head, tail));
      continue;
    }
    const words = ({ start, end }: PlacedEntity): string => text.slice(start, end);
    const key = JSON.stringify([words(subject), type, words(object)]);
    if (seen.has(key)) continue;
    seen.add(key);
    triples.push({
      ...{ subject: words(subject), predicate: type, object: words(object) },
      ...{ subjectType: subject.type, objectType: object.type },
    });
    fields.push(field);
  }
  const origin = (field: string) => ({
    field: field.replace(/^triples\[(\d+)\]\.predicate$/, (_, i) => `${fields[Number(i)]}.relation_type`),
  });
  return { value: { id, text, triples }, file, notices: own, origin };
}

const relationOutside = (head: unknown, tail: unknown): RecordNotice => ({
  code: 'relation-outside',
  message: {
    en: `A relation from ${head} to ${tail} crosses paragraphs, or one end is missing: dropped`,
    zh: `从 ${head} 到 ${tail} 的关系越出段落或实体不存在，已剔除`,
  },
});
