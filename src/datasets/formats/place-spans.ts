import { type OffsetRule, placeSpan, textAt } from '../imports/offsets.ts';
import type { RawSpan } from '../imports/raw.ts';
import { differs, type MarkedText, outside } from './cblue/offset-rule.ts';
import type { RecordNotice } from './format.ts';
import { noticeOverlap } from './mentions-jsonl.ts';

interface PlacedSpan {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}

/**
 * The spans that are inside a text, as entities with UTF-16 offsets, each with its original span. Those that leave
 * the text are dropped (`mention-outside`), those that read otherwise (`mention-differs`) or overlap (`mention-overlaps`)
 * are kept; `describe` may add the place of a span to its notices.
 */
export function placeSpans(
  { text, spans }: MarkedText,
  rule: OffsetRule,
  describe: (span: RawSpan) => Partial<RecordNotice> = () => ({}),
): { entities: PlacedSpan[]; kept: RawSpan[]; notices: RecordNotice[] } {
  const entities: PlacedSpan[] = [];
  const kept: RawSpan[] = [];
  const notices: RecordNotice[] = [];
  for (const span of spans) {
    const notice = (found: RecordNotice | undefined): void => {
      if (found) notices.push({ ...found, ...describe(span) });
    };
    const place = placeSpan(text, span, rule);
    if (!place) {
      notice(outside(span));
      continue;
    }
    const found = textAt(text, place);
    if (span.mention !== undefined && found !== span.mention) notice(differs(span, found));
    const entity = { start: place.start, end: place.end, type: span.type };
    notice(noticeOverlap(entity, entities, found));
    entities.push(entity);
    kept.push(span);
  }
  return { entities, kept, notices };
}
