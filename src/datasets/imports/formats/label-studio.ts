import { UserError } from '../../../ground/errors.ts';
import type { PlainRecord } from '../../../tasks/families/shared/record.ts';
import { expectArray, expectObject, isObject } from '../../formats/records.ts';
import type { ImportFormat } from '../import-format.ts';
import { asText, groupOf, listLabels, readSpans, valueAt } from '../mapping.ts';
import type { RawPlace, RawRecord, RawRelation, RawSpan, ReadContext } from '../raw.ts';
import { readObjects } from './json-records.ts';

/**
 * Label Studio's JSON export: spans, choices and relations of the annotations that were not cancelled; predictions are
 * ignored. It counts code points, `end` exclusive; before 2022, UTF-16 code units.
 */
export const labelStudio: ImportFormat = {
  title: { en: 'Label Studio JSON', zh: 'Label Studio 的 JSON 导出' },
  offsets: { unit: 'code-point', end: 'exclusive' },
  fits: ({ values }) =>
    values !== undefined &&
    values.length > 0 &&
    values.every(
      ({ data, annotations, completions }) =>
        isObject(data) && (Array.isArray(annotations) || Array.isArray(completions)),
    ),
  async *read({ file, path }, context) {
    for await (const { value, line } of readObjects(path)) {
      yield* readTask(value, { file, line }, context);
    }
  },
};

type At = (field: string) => {
  readonly file: string;
  readonly line?: number;
  readonly id?: string;
  readonly field: string;
};

/** One record for each annotation, or one without any. */
function readTask(task: PlainRecord, place: RawPlace, context: ReadContext): RawRecord[] {
  const id = asText(task.id);
  const at: At = (field) => ({ ...place, id, field });
  const data = expectObject(task.data, at('data'));
  const text = textOf(data, context.fields.text, at);
  if (text.trim() === '') {
    context.misfit({ code: 'no-text', ...at('data') });
    return [];
  }
  const group = context.group === undefined ? undefined : groupOf(data, context.group, place);
  const name = Array.isArray(task.annotations) ? 'annotations' : 'completions';
  const given = expectArray(task[name], at(name)).flatMap((item, i) => {
    const field = `${name}[${i}]`;
    const annotation = expectObject(item, at(field));
    return annotation.was_cancelled === true ? [] : [{ annotation, field }];
  });
  const known = { place, id, texts: [text], group };
  if (given.length === 0) return [known];
  const document = id ?? `${place.file}:${place.line}`;
  return given.map(({ annotation, field }, i) => ({
    ...{ ...known, ...readResults(annotation, field, at, context) },
    ...{ document, annotator: annotatorOf(annotation) ?? String(i + 1) },
  }));
}

/** Who annotated: a number, or an object with one. */
const annotatorOf = ({ completed_by: by }: PlainRecord): string | undefined =>
  asText(isObject(by) ? (by.id ?? by.email) : by);

/** The text that was annotated: the field named, `text`, or the only string of `data`. Throws `which-fields`. */
function textOf(data: PlainRecord, given: string | undefined, at: At): string {
  const named = valueAt(data, given ?? 'text');
  if (typeof named === 'string') return named;
  const strings = Object.values(data).filter((value) => typeof value === 'string');
  if (given === undefined && strings.length === 1) return strings[0];
  throw new UserError(
    'which-fields',
    { en: 'No field of "data" is known to hold the text', zh: '无法判断“data”中哪个字段是文本' },
    {
      ...at('data'),
      hint: {
        en: `Name the fields: --fields text=NAME. Fields: ${Object.keys(data).join(', ')}.`,
        zh: `请指定：--fields text=字段名。现有字段：${Object.keys(data).join('、')}。`,
      },
    },
  );
}

type Results = Pick<RawRecord, 'labels' | 'spans' | 'relations'>;

function readResults(annotation: PlainRecord, where: string, at: At, context: ReadContext): Results {
  const labels: string[] = [];
  const spans: RawSpan[] = [];
  const relations: RawRelation[] = [];
  const list = expectArray(annotation.result, at(`${where}.result`));
  for (const [i, item] of list.entries()) {
    const field = `${where}.result[${i}]`;
    const result = expectObject(item, at(field));
    const value = isObject(result.value) ? result.value : {};
    if (result.type === 'choices') labels.push(...listLabels(value.choices));
    else if (result.type === 'relation') relations.push(...relationsOf(result, field, at, context));
    else if (Array.isArray(value.labels) && value.start !== undefined)
      spans.push(...readSpans({ ...offsetsOf(value), id: result.id }, field));
    else context.misfit({ code: 'not-carried', ...at(field) });
  }
  return { labels, spans, relations };
}

/** Offsets of HTML are in `globalOffsets`. */
const offsetsOf = (value: PlainRecord): PlainRecord =>
  isObject(value.globalOffsets)
    ? { ...value, start: value.globalOffsets.start, end: value.globalOffsets.end }
    : value;

function relationsOf(result: PlainRecord, field: string, at: At, context: ReadContext): RawRelation[] {
  const [from, to] = [asText(result.from_id) ?? '', asText(result.to_id) ?? ''];
  const types = listLabels(result.labels ?? []);
  if (types.length === 0) context.misfit({ code: 'relation-untyped', ...at(field) });
  return types.map((type) =>
    result.direction === 'left' ? { type, from: to, to: from, field } : { type, from, to, field },
  );
}
