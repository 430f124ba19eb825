import { codePoints, hasWideCharacters } from '../datasets/formats/code-points.ts';
import { counted } from '../ground/counted.ts';
import type { Text } from '../ground/language.ts';
import type { AnyTypes, Input } from '../tasks/examples.ts';
import type { Fault, SpanField } from '../tasks/families/family.ts';
import { isObject } from '../tasks/families/shared/faults.ts';
import { foldUnits } from '../text/normalise.ts';

/**
 * What offsets count: UTF-16 code units (JavaScript, Java, C#) or code points (Python). They differ after characters outside
 * the basic plane.
 */
export const OFFSETS = ['utf16', 'code-point'] as const;
/** How offsets count: UTF-16 code units, or Unicode code points. */
export type Offsets = (typeof OFFSETS)[number];

export const isOffsets = (value: unknown): value is Offsets => OFFSETS.some((known) => known === value);

/** What is known about the offsets of a file. */
export interface OffsetsReport {
  /** How they were read. */
  readonly used: Offsets;
  readonly decidedBy: 'option' | 'header' | 'mentions' | 'default';
  /** Spans that the two ways of counting place differently. */
  readonly affected: number;
  /** How many of these match their mention in only one way of counting. */
  readonly fitting: Readonly<Record<Offsets, number>>;
}

/** The way of counting that the mentions of a file imply; undefined where they are inconclusive. */
export function provenOffsets({ fitting }: OffsetsReport): Offsets | undefined {
  const { utf16, 'code-point': points } = fitting;
  if (utf16 === points) return undefined;
  return utf16 > points ? 'utf16' : 'code-point';
}

/** A note on doubtful offsets of a file, to be shown with its score; undefined where there is no doubt. */
export function offsetsNote(report: OffsetsReport | undefined): Text | undefined {
  if (!report) return undefined;
  const { used, decidedBy, affected } = report;
  if (decidedBy === 'mentions') {
    return {
      en: `The mentions show that offsets are ${used}: give score --offsets ${used}.`,
      zh: `由 mention 可知偏移单位为 ${used}：评分时请使用 --offsets ${used}。`,
    };
  }
  const proven = provenOffsets(report);
  if (decidedBy !== 'default' || affected === 0 || proven === used) return undefined;
  if (proven)
    return {
      en: `The mentions show that offsets are ${proven}; they were read as ${used}, so that spans after emoji and rare ideographs are wrong: give --offsets ${proven}.`,
      zh: `由 mention 可知偏移单位为 ${proven}，目前按 ${used} 解读，表情与生僻字之后的片段因此有误：请使用 --offsets ${proven}。`,
    };
  return {
    en: `${counted(affected, 'span stands', 'spans stand')} after characters that count as one code point but two UTF-16 code units (emoji, rare ideographs). Offsets were read as UTF-16; --offsets code-point or --offsets utf16 says which is meant.`,
    zh: `${affected} 个片段之前有占一个码点、两个 UTF-16 码元的字符（表情、生僻字），目前按 UTF-16 解读；请用 --offsets code-point 或 --offsets utf16 指明。`,
  };
}

type Line = Readonly<Record<string, unknown>>;

/** A span as given in a file. */
interface RawSpan {
  readonly start: number;
  readonly end: number;
  readonly mention?: string;
  readonly text: string;
}

/** Reads the spans of lines in one way of counting, verifies their mentions, and counts the evidence for each way. */
export interface SpanReader {
  /** The line with its offsets in UTF-16 code units, and the mentions that are not at their offsets. */
  read(line: Line, input: Input): { readonly line: Line; readonly faults: readonly Fault[] };
  readonly affected: number;
  readonly fitting: Readonly<Record<Offsets, number>>;
}

/** `offsets`: how to count; called for every line, because a header may decide it. */
export function createSpanReader(
  { field, text: textOf }: SpanField<AnyTypes>,
  offsets: () => Offsets,
): SpanReader {
  const fitting = { utf16: 0, 'code-point': 0 };
  let affected = 0;

  const readSpan = (item: unknown, input: Input, prefix: string, faults: Fault[]): unknown => {
    const span = rawSpan(item, isObject(item) ? textOf(item, input) : undefined);
    if (!span) return item;
    const { start, end, mention, text } = span;
    const asPoints = hasWideCharacters(text) ? toUnits(text, start, end) : span;
    if (asPoints.start !== start || asPoints.end !== end) {
      affected++;
      if (mention !== undefined) countFitting(fitting, span, asPoints, mention);
    }
    const chosen = offsets() === 'code-point' ? asPoints : span;
    if (mention !== undefined && !fits(text, chosen, mention))
      faults.push(otherMention(prefix, mention, text.slice(chosen.start, chosen.end)));
    if (chosen === span) return item;
    return { ...(item as Line), start: chosen.start, end: chosen.end };
  };

  return {
    read(line, input) {
      const items = line[field];
      if (!Array.isArray(items)) return { line, faults: [] };
      const faults: Fault[] = [];
      const read = items.map((item, i) => readSpan(item, input, `${field}[${i}]`, faults));
      return { line: read.every((item, i) => item === items[i]) ? line : { ...line, [field]: read }, faults };
    },
    get affected() {
      return affected;
    },
    fitting,
  };
}

/** Undefined if it is not a span of a text, which the family then reports. */
function rawSpan(item: unknown, text: string | undefined): RawSpan | undefined {
  if (!isObject(item) || text === undefined) return undefined;
  const { start, end, mention = item.text } = item;
  if (typeof start !== 'number' || typeof end !== 'number') return undefined;
  return { start, end, mention: typeof mention === 'string' ? mention : undefined, text };
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Code points → UTF-16 code units; an offset beyond the text stays beyond it by as much. */
function toUnits(text: string, start: number, end: number): Place {
  const points = codePoints(text);
  const convert = (offset: number): number => {
    if (!Number.isInteger(offset) || offset < 0) return offset;
    return offset <= points.length ? points.toUnits(offset) : text.length + (offset - points.length);
  };
  return { start: convert(start), end: convert(end) };
}

/** Whether a mention is at a place, ignoring width and letter case, which tokenizers change. */
const fits = (text: string, { start, end }: Place, mention: string): boolean => {
  const found = text.slice(start, end);
  return found === mention || foldUnits(found) === foldUnits(mention);
};

function countFitting(
  fitting: Record<Offsets, number>,
  { start, end, text }: RawSpan,
  asPoints: Place,
  mention: string,
): void {
  const [utf16, points] = [fits(text, { start, end }, mention), fits(text, asPoints, mention)];
  if (utf16 && !points) fitting.utf16++;
  if (points && !utf16) fitting['code-point']++;
}

const SHOWN = 40;
const short = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

function otherMention(prefix: string, mention: string, found: string): Fault {
  const message = {
    en: `the mention is "${short(mention)}", the corpus has "${short(found)}" there`,
    zh: `mention 为“${short(mention)}”，语料该处为“${short(found)}”`,
  };
  return { code: 'other-text', field: prefix, message };
}
