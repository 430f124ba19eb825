import { UserError } from '../../ground/errors.ts';
import { listed } from '../../ground/language.ts';
import { asLabel } from '../../tasks/families/shared/faults.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import { isAbsent, isObject, show } from '../formats/records.ts';
import { guessFields } from './guess-fields.ts';
import type {
  FieldRole,
  Fields,
  Misfit,
  RawPlace,
  RawRecord,
  RawRelation,
  RawSpan,
  ReadContext,
} from './raw.ts';

/** Usual names of fields, ignoring letter case; the first that exists is used. */
const NAMES: Readonly<Record<Exclude<FieldRole, 'text1' | 'text2'>, readonly string[]>> = {
  id: ['id', 'guid', 'uid', '编号', '序号'],
  text: ['text', 'content', 'sentence', 'originaltext', 'document', '文本', '内容', '句子', '正文'],
  label: ['label', 'class', 'category', '标签', '类别', '分类'],
  labels: ['labels', 'classes', 'categories', 'tags', '标签列表'],
  entities: ['entities', 'spans', 'annotations', '实体'],
};

/** Names of the two texts of a pair. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['text1', 'text2'],
  ['texta', 'textb'],
  ['text_a', 'text_b'],
  ['sentence1', 'sentence2'],
  ['question1', 'question2'],
  ['query1', 'query2'],
  ['premise', 'hypothesis'],
  ['query', 'title'],
  ['文本1', '文本2'],
  ['句子1', '句子2'],
  ['问题1', '问题2'],
];

/** Names of the parts of a span. */
const SPAN_NAMES = {
  start: ['start', 'start_idx', 'start_pos', 'start_offset', 'begin'],
  end: ['end', 'end_idx', 'end_pos', 'end_offset'],
  type: ['type', 'label', 'label_type', 'entity_type', 'labels'],
  mention: ['mention', 'entity', 'text', 'word', 'value'],
  key: ['id', 'entity_id'],
} as const;

/** The field of relations between entities, and names of their parts. */
const RELATIONS = 'relations';
const RELATION_NAMES = {
  type: ['type', 'label', 'relation_type', 'predicate'],
  from: ['from', 'from_id', 'head', 'head_id', 'head_entity_id'],
  to: ['to', 'to_id', 'tail', 'tail_id', 'tail_entity_id'],
} as const;

/** Between the labels of one cell, in the order in which they are looked for. */
const SEPARATORS = ['#', '|', ';', '；'];

/** The value at a name, or at a path of names with dots between them. */
export function valueAt(record: PlainRecord, path: string): unknown {
  if (Object.hasOwn(record, path)) return record[path];
  let value: unknown = record;
  for (const name of path.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** A string, or a number as its digits; undefined if absent or empty. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * The role of each field: as given, else by its name, else by its content. `records` are the first of the file. Throws a
 * UserError `no-such-field` for a given field that does not exist, `which-fields` if no text is found.
 */
export function findFields(records: readonly PlainRecord[], given: Fields, file: string): Fields {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  for (const [role, name] of Object.entries(given)) {
    if (name === undefined || records.some((record) => valueAt(record, name) !== undefined)) continue;
    throw fieldError('no-such-field', names, file, {
      en: `There is no field "${name}" for ${role}`,
      zh: `没有可作为 ${role} 的字段“${name}”`,
    });
  }
  const named = (wanted: string): string | undefined =>
    names.find((name) => name.trim().toLowerCase() === wanted);
  const known = (role: keyof typeof NAMES): string | undefined =>
    NAMES[role].map(named).find((name) => name !== undefined);
  const found: Record<string, string | undefined> = { ...given };
  const pair = PAIRS.find(([a, b]) => named(a) !== undefined && named(b) !== undefined);
  if (given.text === undefined && given.text1 === undefined && given.text2 === undefined) {
    if (pair) [found.text1, found.text2] = pair.map(named);
    else found.text = known('text');
  }
  for (const role of ['id', 'entities'] as const) found[role] ??= known(role);
  if (given.label === undefined && given.labels === undefined) {
    found.label = known('label');
    if (found.label === undefined) found.labels = known('labels');
  }
  const isUnknown = [found.text, found.text1, found.text2].every((name) => name === undefined);
  if (isUnknown && found.entities === undefined) Object.assign(found, guessFields(records, found));
  if (found.text === undefined && (found.text1 === undefined || found.text2 === undefined))
    throw fieldError('which-fields', names, file, {
      en: 'No field is known to hold the text',
      zh: '无法判断哪个字段是文本',
    });
  return found;
}

function fieldError(
  code: string,
  names: readonly string[],
  file: string,
  message: { en: string; zh: string },
): UserError {
  const shown = listed(names.map((name) => show(name)));
  return new UserError(code, message, {
    file,
    hint: {
      en: `Name the fields: --fields text=NAME,label=NAME (or text1=, text2=). Fields: ${shown.en}.`,
      zh: `请指定：--fields text=字段名,label=字段名（句对用 text1=、text2=）。现有字段：${shown.zh}。`,
    },
  });
}

/** Makes raw records out of plain ones by the fields that `findFields` found. */
export function createMapper(fields: Fields, context: ReadContext) {
  context.found?.(fields);
  let separator: string | undefined;
  const split = (cell: string): string[] => {
    separator ??= SEPARATORS.find((one) => cell.includes(one));
    const parts = separator === undefined ? [cell] : cell.split(separator);
    return parts.map((part) => part.trim()).filter((part) => part !== '');
  };
  const labelsOf = (record: PlainRecord): readonly string[] | undefined => {
    const { label, labels } = fields;
    if (label === undefined && labels === undefined) return undefined;
    const value = valueAt(record, label ?? labels ?? '');
    if (typeof value === 'string' && labels !== undefined) return split(value);
    return listLabels(value);
  };
  return (record: PlainRecord, place: RawPlace): RawRecord | undefined => {
    const id = fields.id === undefined ? undefined : asText(valueAt(record, fields.id));
    const at = (field: string): Misfit => ({ code: 'no-text', ...place, id, field });
    const wanted = fields.text === undefined ? [fields.text1 ?? '', fields.text2 ?? ''] : [fields.text];
    const texts: string[] = [];
    for (const name of wanted) {
      const text = asText(valueAt(record, name));
      if (text === undefined || text.trim() === '') {
        context.misfit(at(name));
        return undefined;
      }
      texts.push(text);
    }
    const spans = fields.entities === undefined ? undefined : spansOf(record, fields.entities);
    const group = context.group === undefined ? undefined : groupOf(record, context.group, place);
    const relations = spans && relationsOf(record);
    return { place, id, texts, labels: labelsOf(record), spans, ...(relations && { relations }), group };
  };
}

/** The labels of a value: a string, a number, a truth value, a list of them, or Label Studio's `{"choices": […]}`; empty if none is. */
export function listLabels(value: unknown): readonly string[] {
  const inner = isObject(value) ? value.choices : value;
  const list = Array.isArray(inner) ? inner : [inner];
  return list.flatMap((item) => {
    const label = asLabel(item);
    const text = typeof label === 'number' || typeof label === 'boolean' ? String(label) : label;
    return typeof text === 'string' && text.trim() !== '' ? [text.trim()] : [];
  });
}

/** Throws a UserError `no-group` if a record lacks the field by which records are kept together. */
export function groupOf(record: PlainRecord, name: string, place: RawPlace): string {
  const group = asText(valueAt(record, name));
  if (group !== undefined) return group;
  throw new UserError(
    'no-group',
    { en: 'The field that --group names is empty or absent', zh: '--group 指定的字段为空或不存在' },
    {
      ...place,
      field: name,
      hint: { en: 'Fill it in, or leave --group out.', zh: '请补全该字段，或去掉 --group。' },
    },
  );
}

const pick = (record: PlainRecord, names: readonly string[]): unknown =>
  names.map((name) => record[name]).find((value) => !isAbsent(value));

/** Spans as `{start, end, type, mention?}` under the usual names, or as `[start, end, type]`. */
function spansOf(record: PlainRecord, field: string): readonly RawSpan[] | undefined {
  const value = valueAt(record, field);
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((item, i) => readSpans(item, `${field}[${i}]`));
}

/** The spans of one item, one for each of its types; none where it is not a span. */
export function readSpans(item: unknown, field: string): RawSpan[] {
  const parts: PlainRecord = Array.isArray(item)
    ? { start: item[0], end: item[1], type: item[2] }
    : isObject(item)
      ? item
      : {};
  const [start, end] = [Number(pick(parts, SPAN_NAMES.start)), Number(pick(parts, SPAN_NAMES.end))];
  const mention = pick(parts, SPAN_NAMES.mention);
  const key = asText(pick(parts, SPAN_NAMES.key));
  const { fragments } = parts;
  return listLabels(pick(parts, SPAN_NAMES.type)).map((type) => ({
    ...{ start, end, type, field },
    ...(typeof mention === 'string' ? { mention } : {}),
    ...(key === undefined ? {} : { key }),
    ...(arePlaces(fragments) ? { fragments } : {}),
  }));
}

const arePlaces = (value: unknown): value is readonly (readonly [number, number])[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((part) => Array.isArray(part) && part.length === 2 && part.every(Number.isInteger));

/** Relations as `{type, from, to}` under the usual names, between entities by their ids; undefined if there is no such list. */
function relationsOf({ [RELATIONS]: list }: PlainRecord): readonly RawRelation[] | undefined {
  if (!Array.isArray(list) || !list.every(isObject)) return undefined;
  const ends = list.map((one) => ({
    type: asText(pick(one, RELATION_NAMES.type)) ?? '',
    from: asText(pick(one, RELATION_NAMES.from)),
    to: asText(pick(one, RELATION_NAMES.to)),
  }));
  const whole = ends.flatMap(({ type, from, to }, i) =>
    from === undefined || to === undefined ? [] : [{ type, from, to, field: `${RELATIONS}[${i}]` }],
  );
  return whole.length === list.length ? whole : undefined;
}

/** Whether a value is a list of spans. */
export const isSpanList = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((item) => {
    const [span] = readSpans(item, '');
    return span !== undefined && Number.isInteger(span.start) && Number.isInteger(span.end);
  });
