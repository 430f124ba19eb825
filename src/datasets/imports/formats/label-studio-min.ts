import type { PlainRecord } from '../../../tasks/families/shared/record.ts';
import type { ImportFormat } from '../import-format.ts';
import { asText, createMapper, findFields, isSpanList } from '../mapping.ts';
import { readObjects } from './json-records.ts';

const OWN = ['annotation_id', 'lead_time', 'updated_at', 'created_at'];

/** Fields that are Label Studio's own. */
const isOwn = (name: string): boolean => ['id', 'annotator', ...OWN].includes(name);

/**
 * Label Studio's JSON-MIN export: the data and one field for each control, one record for each annotation of a task.
 * The classes are in the field of that role, else in the only field that is no text, no span and not Label Studio's own.
 */
export const labelStudioMin: ImportFormat = {
  title: { en: 'Label Studio JSON-MIN', zh: 'Label Studio 的 JSON-MIN 导出' },
  offsets: { unit: 'code-point', end: 'exclusive' },
  fits: ({ values }) =>
    values !== undefined &&
    values.length > 0 &&
    values.every((value) => OWN.filter((name) => Object.hasOwn(value, name)).length >= 2),
  async *read({ file, path, values = [] }, context) {
    const fields = controlsOf(values, findFields(values, context.fields, file));
    const map = createMapper(fields, context);
    /** Annotations of each task so far. */
    const times = new Map<string, number>();
    for await (const { value, line } of readObjects(path)) {
      const record = map(value, { file, line });
      if (!record) continue;
      const document = record.id ?? `${file}:${line}`;
      const time = (times.get(document) ?? 0) + 1;
      times.set(document, time);
      yield { ...record, document, annotator: asText(value.annotator) ?? String(time) };
    }
  },
};

function controlsOf(values: readonly PlainRecord[], found: ReturnType<typeof findFields>) {
  const names = [...new Set(values.flatMap((value) => Object.keys(value)))].filter((name) => !isOwn(name));
  const taken = Object.values(found);
  const entities = names.find((name) => values.some((value) => isSpanList(value[name])));
  const isControl = found.label === undefined || found.label === entities;
  const rest = names.filter((name) => name !== entities && !taken.includes(name));
  const label = isControl ? (rest.length === 1 ? rest[0] : undefined) : found.label;
  const labels = found.labels === entities ? undefined : found.labels;
  return {
    ...found,
    entities: entities ?? found.entities,
    label: labels === undefined ? label : undefined,
    labels,
  };
}
