import {
  describeRule,
  type OffsetRule,
  type Place,
  placeSpan,
  reads,
  rulesFitting,
  textAt,
} from './offsets.ts';
import type { Attributes, Misfit, RawRecord, RawSpan } from './raw.ts';
import type { SettledRecord } from './targets.ts';

/** A span in UTF-16 code units of its text, `end` exclusive, with its text. */
export interface SettledSpan extends Place {
  readonly type: string;
  readonly mention: string;
  readonly key?: string;
  readonly attributes?: Attributes;
}

/** A record under the rule of its file; what does not fit the rule is listed with both readings. */
export function settle(
  { spans, relations, ...record }: RawRecord,
  rule: OffsetRule,
  misfit: (misfit: Misfit) => void,
): SettledRecord {
  if (!spans) return record;
  const [text] = record.texts;
  const at = (field: string) => ({ ...record.place, id: record.id, field });
  const settled: SettledSpan[] = [];
  for (const span of spans) {
    const place = placeSpan(text, span, rule);
    if (!place) {
      misfit({
        code: 'span-outside',
        ...at(span.field),
        readings: [readingOf(span, rule), ...others(text, span)],
      });
      continue;
    }
    const found = textAt(text, place);
    if (span.mention !== undefined && !reads(text, place, span.mention))
      misfit({
        code: 'offset-misfit',
        ...at(span.field),
        readings: [`${describeRule(rule)}: ${found}`, ...others(text, span)],
      });
    if (found.trim() !== found) misfit({ code: 'span-edge-space', ...at(span.field), readings: [found] });
    const { type, key, attributes } = span;
    const mention = text.slice(place.start, place.end);
    settled.push({ ...place, fragments: apart(place.fragments), type, mention, key, attributes });
  }
  const keys = new Set(settled.map(({ key }) => key));
  const whole = relations?.filter(({ from, to, field, type }) => {
    const ends = keys.has(from) && keys.has(to);
    if (!ends) misfit({ code: 'relation-end-missing', ...at(field), readings: [`${from} ${type} ${to}`] });
    else if (type === '') misfit({ code: 'relation-untyped', ...at(field) });
    return ends && type !== '';
  });
  return { ...record, spans: settled, ...(whole ? { relations: whole } : {}) };
}

/** Parts in ascending order, those that overlap as one; undefined if only one is left. */
function apart(parts: Place['fragments']): Place['fragments'] {
  const joined: [number, number][] = [];
  for (const [from, to] of [...(parts ?? [])].sort(([a], [b]) => a - b)) {
    const last = joined.at(-1);
    if (last && from < last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined.length > 1 ? joined : undefined;
}

const readingOf = ({ start, end, mention }: RawSpan, rule: OffsetRule): string =>
  `${describeRule(rule)}: ${start}-${end}${mention === undefined ? '' : ` (${mention})`}`;

/** The rules that would read the mention, or else the mention itself. */
function others(text: string, span: RawSpan): string[] {
  if (span.mention === undefined) return [];
  const fitting = rulesFitting(text, span);
  return fitting.length > 0
    ? fitting.map((rule) => `${describeRule(rule)}: ${span.mention}`)
    : [span.mention];
}
