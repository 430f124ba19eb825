import { createOffsetCounter, describeRule, type OffsetRule } from '../../imports/offsets.ts';
import type { RawSpan } from '../../imports/raw.ts';
import type { FormatContext, RecordNotice } from '../format.ts';

/** A text and the spans that its record marks in it, in the units of the file. */
export interface MarkedText {
  readonly text: string;
  readonly spans: readonly RawSpan[];
}

/**
 * The rule under which most spans of a file read their mention: the official one unless copies count otherwise, which is
 * noticed (`offset-rule`).
 */
export async function inferRule(
  texts: AsyncIterable<MarkedText> | Iterable<MarkedText>,
  official: OffsetRule,
  { notice }: Pick<FormatContext, 'notice'>,
): Promise<OffsetRule> {
  const counter = createOffsetCounter(official);
  for await (const { text, spans } of texts)
    for (const span of spans) if (span.mention !== undefined) counter.see(text, span);
  const found = counter.infer();
  if (!found || describeRule(found) === describeRule(official)) return official;
  const rule = describeRule(found);
  const message = {
    en: `Offsets are ${rule}, not ${describeRule(official)} as in the official files: this way, ${found.fitting} of ${found.spans} entities match their mention`,
    zh: `偏移为 ${rule}，而非官方文件的 ${describeRule(official)}：${found.spans} 个实体中 ${found.fitting} 个与提及一致`,
  };
  notice({ code: 'offset-rule', message });
  return found;
}

/** A span that is empty or leaves its text. */
export const outside = ({ start, end, mention = '' }: RawSpan): RecordNotice => ({
  code: 'mention-outside',
  message: {
    en: `"${mention}" at ${start}–${end} is empty or extends beyond the text: dropped`,
    zh: `${start}–${end} 处的“${mention}”为空或越出文本，已剔除`,
  },
});

/** A span whose text differs from its mention. */
export const differs = ({ start, end, mention = '' }: RawSpan, found: string): RecordNotice => ({
  code: 'mention-differs',
  message: {
    en: `"${mention}" at ${start}–${end}: the text has "${found}"`,
    zh: `${start}–${end} 处标注为“${mention}”，原文为“${found}”`,
  },
});
