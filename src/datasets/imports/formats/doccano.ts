import type { PlainRecord } from '../../../tasks/families/shared/record.ts';
import { expectArray, expectObject, expectString, isAbsent, isObject } from '../../formats/records.ts';
import type { ImportFormat } from '../import-format.ts';
import { asText, groupOf, listLabels, readSpans } from '../mapping.ts';
import type { Misfit, RawPlace, RawRecord, RawRelation, RawSpan, ReadContext } from '../raw.ts';
import { readObjectBatches } from './json-records.ts';

/**
 * Exports of doccano: `label` (`labels` in older ones) with `[start, end, type]` or with classes, as well as classes in `cats`;
 * `entities` and `relations`; or the old `annotations` of several users. Its interface counts UTF-16 code units, `end` exclusive.
 */
export const doccano: ImportFormat = {
  title: { en: 'doccano', zh: 'doccano 导出' },
  offsets: { unit: 'utf16', end: 'exclusive' },
  fits: ({ values }) =>
    values !== undefined &&
    values.length > 0 &&
    values.every(({ text }) => typeof text === 'string') &&
    values.some(isExported) &&
    values.every((value) => Object.hasOwn(value, 'entities') || listOf(value) !== undefined || isOld(value)),
  async *read({ file, path }, context) {
    for await (const batch of readObjectBatches(path))
      yield batch.flatMap(({ value, line }) => readRecord(value, { file, line }, context) ?? []);
  },
};

const listOf = ({ label, labels }: PlainRecord): unknown[] | undefined => {
  const list = label ?? labels;
  return Array.isArray(list) ? list : undefined;
};

/** Before 2022: `annotations` of several users, with numbers for labels. */
const isOld = ({ annotations }: PlainRecord): boolean =>
  Array.isArray(annotations) && annotations.every((item) => isObject(item) && Object.hasOwn(item, 'label'));

const isExported = (value: PlainRecord): boolean => {
  if (isOld(value) || Array.isArray(value.Comments)) return true;
  if (Array.isArray(value.entities))
    return value.entities.some((item) => isObject(item) && Object.hasOwn(item, 'start_offset'));
  return listOf(value)?.some((item) => Array.isArray(item) || typeof item === 'string') ?? false;
};

function readRecord(value: PlainRecord, place: RawPlace, context: ReadContext): RawRecord | undefined {
  const id = asText(value.id);
  const at = (field: string) => ({ file: place.file, line: place.line, id, field });
  const text = expectString(value.text, at('text'));
  if (text.trim() === '') {
    context.misfit({ code: 'no-text', ...at('text') });
    return undefined;
  }
  const group = context.group === undefined ? undefined : groupOf(value, context.group, place);
  const known = { place, id, texts: [text], group };
  if (!isAbsent(value.entities)) {
    const spans = expectArray(value.entities, at('entities')).flatMap((item, i) =>
      readSpans(item, `entities[${i}]`),
    );
    const relations = isAbsent(value.relations)
      ? undefined
      : expectArray(value.relations, at('relations')).map((item, i): RawRelation => {
          const field = `relations[${i}]`;
          const { from_id, to_id, type } = expectObject(item, at(field));
          return { from: asText(from_id) ?? '', to: asText(to_id) ?? '', type: asText(type) ?? '', field };
        });
    return { ...known, spans, relations };
  }
  if (isOld(value))
    return { ...known, ...readOld(expectArray(value.annotations, at('annotations')), at, context) };
  const field = isAbsent(value.label) ? 'labels' : 'label';
  if (isAbsent(value[field])) return known;
  const list = expectArray(value[field], at(field));
  const spans = list.flatMap((item, i) => (Array.isArray(item) ? readSpans(item, `${field}[${i}]`) : []));
  return { ...known, spans, labels: [...listLabels(list), ...listLabels(value.cats ?? [])] };
}

/** What the first user annotated; others that differ are counted. */
function readOld(
  items: readonly unknown[],
  at: (field: string) => Omit<Misfit, 'code'>,
  context: ReadContext,
): Pick<RawRecord, 'labels' | 'spans'> {
  const byUser = new Map<unknown, { readonly labels: string[]; readonly spans: RawSpan[] }>();
  for (const [i, item] of items.entries()) {
    if (!isObject(item)) continue;
    const own = byUser.get(item.user) ?? { labels: [], spans: [] };
    byUser.set(item.user, own);
    if (isAbsent(item.start_offset)) own.labels.push(...listLabels(item.label));
    else own.spans.push(...readSpans(item, `annotations[${i}]`));
  }
  const [first = { labels: [], spans: [] }, ...others] = byUser.values();
  const brief = ({ labels, spans }: typeof first): string =>
    [...labels, ...spans.map(({ start, end, type }) => `${start}-${end} ${type}`)].sort().join('; ') || '∅';
  const other = others.find((one) => brief(one) !== brief(first));
  if (other)
    context.misfit({
      code: 'annotators-differ',
      ...at('annotations'),
      readings: [brief(first), brief(other)],
    });
  return first.spans.length > 0 ? { spans: first.spans } : { labels: first.labels };
}
