import type { PlainRecord } from '../../../tasks/families/shared/record.ts';
import { expectArray, isObject } from '../../formats/records.ts';
import type { ImportFormat } from '../import-format.ts';
import { entityLayers, kindOf } from '../layers.ts';
import { asText } from '../mapping.ts';
import type { RawPlace, RawRecord, RawRelation, RawSpan, ReadContext } from '../raw.ts';
import { readObjects } from './json-records.ts';

const STRUCTURES = '%FEATURE_STRUCTURES';
/** Features of every annotation that do not describe its kind. */
const OWN = ['begin', 'end', 'identifier', 'order'];

/**
 * UIMA CAS JSON 0.4, as INCEpTION exports it: one document. Its entities are the annotations of the layers that `entityLayers`
 * chooses, its relations what has two ends among them (`@Governor` and `@Dependent`). Offsets are UTF-16 code units.
 */
export const casJson: ImportFormat = {
  title: { en: 'UIMA CAS JSON', zh: 'UIMA 的 CAS JSON 导出' },
  offsets: { unit: 'utf16', end: 'exclusive' },
  fits: ({ values }) =>
    values !== undefined && values.length > 0 && values.every((value) => Object.hasOwn(value, STRUCTURES)),
  async *read({ file, path }, context) {
    for await (const { value, line } of readObjects(path)) {
      const place = { file, line };
      const structures = expectArray(value[STRUCTURES], { ...place, field: STRUCTURES }).filter(isObject);
      for (const sofa of structures) {
        if (sofa['%TYPE'] !== 'uima.cas.Sofa' || typeof sofa.sofaString !== 'string') continue;
        if (sofa.sofaString.trim() === '') context.misfit({ code: 'no-text', ...place });
        else yield readView(sofa, sofa.sofaString, structures, context, place);
      }
    }
  },
};

function readView(
  sofa: PlainRecord,
  text: string,
  structures: readonly PlainRecord[],
  context: ReadContext,
  place: RawPlace,
): RawRecord {
  const own = structures.filter((one) => one['@sofa'] === sofa['%ID'] && typeof one['%TYPE'] === 'string');
  const isRelation = (one: PlainRecord): boolean =>
    one['@Governor'] !== undefined && one['@Dependent'] !== undefined;
  const typeOf = (one: PlainRecord): string => String(one['%TYPE']);
  const spanLayers = [...new Set(own.filter((one) => !isRelation(one)).map(typeOf))];
  const wanted = entityLayers(spanLayers, context.fields.entities);
  const spans: RawSpan[] = [];
  const relations: RawRelation[] = [];
  for (const one of own) {
    const field = `%ID ${asText(one['%ID']) ?? ''}`;
    if (isRelation(one)) {
      const [from, to] = [asText(one['@Governor']) ?? '', asText(one['@Dependent']) ?? ''];
      relations.push({ type: kindIn(one) ?? '', from, to, field });
    } else if (wanted.has(typeOf(one))) {
      const type = kindIn(one) ?? typeOf(one).slice(typeOf(one).lastIndexOf('.') + 1);
      spans.push({
        start: Number(one.begin ?? 0),
        end: Number(one.end ?? 0),
        type,
        key: asText(one['%ID']),
        field,
      });
    }
  }
  const keys = new Set(spans.map(({ key }) => key));
  return {
    ...{ place, texts: [text], spans },
    relations: relations.filter(({ from, to }) => keys.has(from) || keys.has(to)),
  };
}

function kindIn(one: PlainRecord): string | undefined {
  const features = Object.keys(one).filter((name) => !/^[%@^]/.test(name) && !OWN.includes(name));
  const kind = kindOf(features.filter((name) => asText(one[name]) !== undefined));
  return kind === undefined ? undefined : asText(one[kind]);
}
