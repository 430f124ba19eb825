import { type Block, type Element, fold } from '../tasks/families/view.ts';
import type { Aligned } from './align.ts';
import { type KindId, kinds } from './error-kinds.ts';
import { BODY_PART_TRIM, LATIN_SHORT_FORM, NEGATION, NUMBER_OR_UNIT, SHORT_FORMS } from './lexicon.ts';
import { type FoldDifference, foldDifference, type Spellings, spelledOtherwise } from './spellings.ts';

/** One error: what it is, and which elements it is about. */
export interface ErrorRecord {
  readonly kinds: number;
  /** Indices into the elements of gold and of the answer. */
  readonly gold?: number;
  readonly answer?: number;
}

/** What the classification of errors looks at in one example. */
export interface Scene {
  readonly blocks: readonly Block[];
  readonly gold: readonly Element[];
  readonly answers: readonly Element[];
  readonly spellings: Spellings;
  /** The phenomenon behind a confusion of two labels of the same element, where the family defines it. */
  labelCause?(gold: string, answer: string): 'negation' | 'uncertainty' | undefined;
}

/** The error in one alignment of gold and answer; undefined where they are equal. */
export function classify(scene: Scene, pair: Aligned, all: readonly Aligned[]): ErrorRecord | undefined {
  if (pair.equal) return undefined;
  const gold = pair.gold === undefined ? undefined : scene.gold[pair.gold];
  const answer = pair.answer === undefined ? undefined : scene.answers[pair.answer];
  const bits = kinds(shapeOf(scene, pair, all, gold, answer), ...causesOf(scene, gold, answer));
  return { kinds: bits, gold: pair.gold, answer: pair.answer };
}

function shapeOf(
  scene: Scene,
  pair: Aligned,
  all: readonly Aligned[],
  gold: Element | undefined,
  answer: Element | undefined,
): KindId {
  if (gold && answer) {
    if (gold.surface === '' && answer.surface === '') return 'wrong-label';
    const off = distance(gold, answer);
    if (off > 1) return 'boundary';
    return off === 1 ? 'boundary-one' : 'type';
  }
  const lone = gold ?? answer;
  const found = all.filter(({ equal }) => equal).map(({ gold: i }) => scene.gold[i!]);
  if (lone?.span && found.some((other) => crosses(lone, other))) return 'nested';
  return pair.gold === undefined ? 'spurious' : 'missed';
}

/** Characters that the worse boundary is off; without places, characters that the surfaces differ in length. */
function distance(gold: Element, answer: Element): number {
  if (gold.span && answer.span) {
    return Math.max(Math.abs(gold.span.start - answer.span.start), Math.abs(gold.span.end - answer.span.end));
  }
  if (gold.surface === answer.surface) return 0;
  return Math.max(1, Math.abs(gold.surface.length - answer.surface.length));
}

const crosses = (a: Element, b: Element): boolean =>
  a.span !== undefined &&
  b.span !== undefined &&
  a.span.block === b.span.block &&
  a.span.start < b.span.end &&
  b.span.start < a.span.end;

function causesOf(scene: Scene, gold: Element | undefined, answer: Element | undefined): KindId[] {
  const surfaces = [gold, answer].flatMap((element) => element?.surface || []);
  if (surfaces.length === 0) return scene.blocks.length === 2 ? causesInPair(scene.blocks) : [];
  const between = differingText(scene, gold, answer);
  const causes: KindId[] = isBodyPrefix(scene, gold, answer) ? ['body-prefix'] : [];
  causes.push(...spellingCauses(scene, surfaces, gold, answer, between));
  if (NUMBER_OR_UNIT.test(between ?? surfaces.join(' '))) causes.push('number');
  const confused = gold && answer && gold.surface === answer.surface;
  const cause = confused && scene.labelCause?.(gold.label, answer.label);
  if (cause) causes.push(cause);
  if (surfaces.some(hasShortForm)) causes.push('abbreviation');
  return causes;
}

/** Whether the error has to do with width or letter case. */
function spellingCauses(
  { spellings }: Scene,
  surfaces: readonly string[],
  gold: Element | undefined,
  answer: Element | undefined,
  between: string | undefined,
): KindId[] {
  const causes = new Set<FoldDifference>(surfaces.flatMap((surface) => spelledOtherwise(surface, spellings)));
  if (gold && answer && gold.surface !== answer.surface && fold(gold.surface) === fold(answer.surface))
    for (const difference of foldDifference(gold.surface, answer.surface)) causes.add(difference);
  if (between !== undefined && FULL_WIDTH.test(between)) causes.add('width');
  return [...causes];
}

const hasShortForm = (text: string): boolean =>
  LATIN_SHORT_FORM.test(text) || SHORT_FORMS.some((form) => text.includes(form));

/** Full-width forms of ASCII, and the ideographic space. */
const FULL_WIDTH = /[\uff01-\uff5e\u3000]/;

/** The characters between the boundaries of two overlapping spans. */
function differingText(
  { blocks }: Scene,
  gold: Element | undefined,
  answer: Element | undefined,
): string | undefined {
  const [a, b] = [gold?.span, answer?.span];
  if (!a || !b) return undefined;
  const { text } = blocks[a.block];
  const front = text.slice(Math.min(a.start, b.start), Math.max(a.start, b.start));
  const back = text.slice(Math.min(a.end, b.end), Math.max(a.end, b.end));
  return front + back === '' ? undefined : front + back;
}

function isBodyPrefix(
  { blocks, spellings }: Scene,
  gold: Element | undefined,
  answer: Element | undefined,
): boolean {
  const [a, b] = [gold?.span, answer?.span];
  if (!a || !b || a.end !== b.end || a.start === b.start) return false;
  const prefix = blocks[a.block].text.slice(Math.min(a.start, b.start), Math.max(a.start, b.start));
  return [prefix, prefix.replace(BODY_PART_TRIM, '')].some((part) => spellings.bodyParts.has(part));
}

/** What makes a pair of texts hard. */
function causesInPair([{ text: a }, { text: b }]: readonly Block[]): KindId[] {
  const causes: KindId[] = [];
  const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const figures = (text: string): string => (fold(text).match(/\d+(?:\.\d+)?/g) ?? []).join(' ');
  if (a !== b && fold(a) === fold(b)) causes.push(...foldDifference(a, b));
  if (figures(a) !== figures(b)) causes.push('number');
  if (count(a, NEGATION) !== count(b, NEGATION)) causes.push('negation');
  if (hasShortForm(a) !== hasShortForm(b)) causes.push('abbreviation');
  return causes;
}
