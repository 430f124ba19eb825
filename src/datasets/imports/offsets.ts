import { codePoints, hasWideCharacters } from '../formats/code-points.ts';
import type { RawSpan } from './raw.ts';

/** How a source counts: in what, and whether `end` is one past the last (`exclusive`) or the last. */
export interface OffsetRule {
  readonly unit: 'code-point' | 'utf16';
  readonly end: 'exclusive' | 'inclusive';
}

/** The rule of a file and the evidence for it. */
export interface InferredOffsets extends OffsetRule {
  /** `mentions`: given with the spans; `range`: other rules exceed the text; `format`: the data does not say. */
  readonly basis: 'mentions' | 'range' | 'format';
  readonly spans: number;
  /** Spans that are inside their text under this rule and, where a mention is given, match it. */
  readonly fitting: number;
}

const RULES: readonly OffsetRule[] = (['exclusive', 'inclusive'] as const).flatMap((end) =>
  (['code-point', 'utf16'] as const).map((unit) => ({ unit, end })),
);

export const describeRule = ({ unit, end }: OffsetRule): string => `${unit}/${end}`;

/** A span in UTF-16 code units, `end` exclusive: its hull, and its parts where there are several. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly fragments?: readonly (readonly [number, number])[];
}

/** The code points of the last text, cached: it is used for every span and rule. */
let last: { readonly text: string; readonly points: ReturnType<typeof codePoints> } | undefined;

function pointsOf(text: string): ReturnType<typeof codePoints> {
  if (last?.text !== text) last = { text, points: codePoints(text) };
  return last.points;
}

/** The place of a span under a rule; undefined if it is empty or extends beyond the text. */
export function placeSpan(text: string, span: RawSpan, { unit, end }: OffsetRule): Place | undefined {
  const points = unit === 'utf16' ? undefined : pointsOf(text);
  const length = points?.length ?? text.length;
  const parts: (readonly [number, number])[] = [];
  for (const [from, to] of span.fragments ?? [[span.start, span.end] as const]) {
    const past = end === 'inclusive' ? to + 1 : to;
    if (!Number.isInteger(from) || !Number.isInteger(past)) return undefined;
    if (from < 0 || past <= from || past > length) return undefined;
    parts.push(points ? [points.toUnits(from), points.toUnits(past)] : [from, past]);
  }
  const hull = {
    start: Math.min(...parts.map(([from]) => from)),
    end: Math.max(...parts.map(([, to]) => to)),
  };
  return parts.length > 1 ? { ...hull, fragments: parts } : hull;
}

/** The text of a span; the parts of a discontinuous span are joined by a space, as in brat. */
export const textAt = (text: string, { start, end, fragments = [[start, end]] }: Place): string =>
  fragments.map(([from, to]) => text.slice(from, to)).join(' ');

/** Whether the text at a place is the mention: its parts joined, or the whole from the first to the last. */
export const reads = (text: string, place: Place, mention: string): boolean =>
  textAt(text, place) === mention || text.slice(place.start, place.end) === mention;

/** The other rules under which a span reads its mention. */
export const rulesFitting = (text: string, span: RawSpan): OffsetRule[] =>
  RULES.filter((rule) => {
    const place = placeSpan(text, span, rule);
    return place !== undefined && span.mention !== undefined && reads(text, place, span.mention);
  });

/** Tries every rule on the spans of one file; the majority decides, and `standard` where rules are equally good. */
export function createOffsetCounter(standard: OffsetRule) {
  const rules = [standard, ...RULES.filter((rule) => describeRule(rule) !== describeRule(standard))];
  const tried = rules.map((rule) => ({ rule, reading: 0, inside: 0, fitting: 0 }));
  let spans = 0;
  let mentions = 0;
  return {
    see(text: string, span: RawSpan): void {
      spans++;
      if (span.mention !== undefined) mentions++;
      const isSame = !hasWideCharacters(text);
      for (const one of tried) {
        // Without characters of two units, both ways to count agree.
        if (isSame && one.rule.unit !== standard.unit) continue;
        const place = placeSpan(text, span, one.rule);
        if (!place) continue;
        const isRead = span.mention !== undefined && reads(text, place, span.mention);
        for (const counted of isSame ? tried : [one]) {
          if (counted.rule.end !== one.rule.end) continue;
          counted.inside++;
          if (isRead) counted.reading++;
          if (isRead || span.mention === undefined) counted.fitting++;
        }
      }
    },
    /** Undefined without any span. */
    infer(): InferredOffsets | undefined {
      if (spans === 0) return undefined;
      const best = tried.reduce((a, b) =>
        b.reading > a.reading || (b.reading === a.reading && b.inside > a.inside) ? b : a,
      );
      const decides = (count: 'reading' | 'inside'): boolean => tried.some((one) => one[count] < best[count]);
      const basis = mentions > 0 && decides('reading') ? 'mentions' : decides('inside') ? 'range' : 'format';
      return { ...best.rule, basis, spans, fitting: best.fitting };
    },
  };
}
