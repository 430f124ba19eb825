import type { Text } from '../ground/language.ts';
import type { Block, Element } from '../tasks/families/view.ts';
import { fold } from '../tasks/families/view.ts';
import type { Aligned } from './align.ts';
import {
  BODY_PART_TRIM,
  BODY_PARTS,
  LATIN_SHORT_FORM,
  NEGATION,
  NUMBER_OR_UNIT,
  SHORT_FORMS,
} from './lexicon.ts';

interface KindText {
  readonly id: string;
  readonly title: Text;
  readonly definition: Text;
}

/**
 * What kinds of error there are. The first part says what went wrong: every error has exactly one of them. The
 * second part says what the error has to do with: an error has any number of them.
 */
export const KINDS = [
  {
    id: 'missing-answer',
    title: { en: 'No answer', zh: '未作答' },
    definition: { en: 'There is no answer, or an invalid one.', zh: '没有答案，或答案无效。' },
  },
  {
    id: 'wrong-label',
    title: { en: 'Wrong label', zh: '标签错误' },
    definition: { en: 'Another label than gold.', zh: '标签与金标不同。' },
  },
  {
    id: 'misordered',
    title: { en: 'Wrong order', zh: '排序错误' },
    definition: {
      en: 'A document stands before one of a higher grade.',
      zh: '某篇文档排在等级更高的文档之前。',
    },
  },
  {
    id: 'missed',
    title: { en: 'Missed', zh: '漏报' },
    definition: { en: 'Nothing that was answered belongs to this gold.', zh: '没有任何答案与该金标对应。' },
  },
  {
    id: 'spurious',
    title: { en: 'Spurious', zh: '多报' },
    definition: { en: 'No gold belongs to this answer.', zh: '没有任何金标与该答案对应。' },
  },
  {
    id: 'type',
    title: { en: 'Wrong type or status', zh: '类型或状态错误' },
    definition: {
      en: 'The right place, name or pair, with another type, status or predicate.',
      zh: '位置、名称或主宾语正确，类型、状态或谓语不同。',
    },
  },
  {
    id: 'boundary-one',
    title: { en: 'Boundary off by one', zh: '边界差一字' },
    definition: {
      en: 'Overlaps gold, and start and end are at most one character off.',
      zh: '与金标重叠，起点与终点各自至多相差一个字符。',
    },
  },
  {
    id: 'boundary',
    title: { en: 'Boundary further off', zh: '边界偏差较大' },
    definition: {
      en: 'Overlaps gold, and a boundary is off by more than one character.',
      zh: '与金标重叠，边界相差一个字符以上。',
    },
  },
  {
    id: 'nested',
    title: { en: 'Nested or flattened', zh: '嵌套或被展平' },
    definition: {
      en: 'One of several overlapping gold entities is missed while another is found, or one gold entity is answered with overlapping ones.',
      zh: '相互重叠的金标实体中找到其一而漏掉其他，或对一个金标给出了相互重叠的多个答案。',
    },
  },
  {
    id: 'body-prefix',
    title: { en: 'Body part in front', zh: '身体部位前缀' },
    definition: {
      en: 'The end is right, and what is too much or too little in front is a part of the body: 右肺 + 癌.',
      zh: '终点正确，起点处多出或缺少的是身体部位，如“右肺 + 癌”。',
    },
  },
  {
    id: 'width',
    title: { en: 'Half and full width', zh: '半角与全角' },
    definition: {
      en: 'Gold and answer differ only in width, the wrong boundary is at a full-width character, or gold also writes this mention in the other width.',
      zh: '金标与答案仅全半角不同，或错误边界处为全角字符，或金标中该提及另有不同宽度的写法。',
    },
  },
  {
    id: 'case',
    title: { en: 'Letter case', zh: '字母大小写' },
    definition: {
      en: 'Gold and answer differ only in letter case, or gold also writes this mention in other case.',
      zh: '金标与答案仅大小写不同，或金标中该提及另有不同大小写的写法。',
    },
  },
  {
    id: 'number',
    title: { en: 'Numbers and units', zh: '数字与单位' },
    definition: {
      en: 'The characters in question hold a figure or a unit; in a pair of texts, their figures differ.',
      zh: '相关字符包含数字或单位；对于句对，两句的数字不同。',
    },
  },
  {
    id: 'negation',
    title: { en: 'Negation', zh: '否定' },
    definition: {
      en: 'True and false are confused; in a pair of texts, one denies more often than the other.',
      zh: '“有”与“无”混淆；对于句对，两句的否定词数目不同。',
    },
  },
  {
    id: 'uncertainty',
    title: { en: 'Uncertainty', zh: '不确定' },
    definition: { en: 'Uncertain is confused with true or false.', zh: '“不确定”与“有”或“无”混淆。' },
  },
  {
    id: 'abbreviation',
    title: { en: 'Abbreviation', zh: '缩写' },
    definition: {
      en: 'The mention holds a short form: CT, HPV, 慢阻肺; in a pair of texts, only one of them does.',
      zh: '提及包含缩写，如 CT、HPV、慢阻肺；对于句对，仅其中一句包含。',
    },
  },
] as const satisfies readonly KindText[];

export type KindId = (typeof KINDS)[number]['id'];

/** How many of the kinds, from the first on, say what went wrong. */
export const SHAPES = 9;

const BIT = new Map<KindId, number>(KINDS.map(({ id }, i) => [id, 1 << i]));

/** A set of kinds as bits. */
export const kinds = (...ids: readonly KindId[]): number => ids.reduce((bits, id) => bits | BIT.get(id)!, 0);

/** Ids of the kinds in a set. */
export const kindIds = (bits: number): KindId[] =>
  KINDS.filter((_, i) => bits & (1 << i)).map(({ id }) => id);

/** One error: what it is, and which elements it is about. */
export interface ErrorRecord {
  readonly kinds: number;
  /** Indices into the elements of gold and of the answer. */
  readonly gold?: number;
  readonly answer?: number;
}

/** What a corpus says about the spelling of its own mentions. */
export interface Spellings {
  readonly bodyParts: ReadonlySet<string>;
  /** Folded mention → all the ways in which gold writes it. */
  readonly variants: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Gathers spellings from gold; `isBodyPart` tells which labels are parts of the body. */
export function gatherSpellings(gold: Iterable<Element>, isBodyPart: (label: string) => boolean): Spellings {
  const bodyParts = new Set(BODY_PARTS);
  const variants = new Map<string, Set<string>>();
  for (const { surface, label } of gold) {
    if (isBodyPart(label)) bodyParts.add(surface);
    const key = fold(surface);
    const known = variants.get(key);
    if (known) known.add(surface);
    else variants.set(key, new Set([surface]));
  }
  return { bodyParts, variants };
}

/** An example taken apart: what the classifier of errors looks at. */
export interface Scene {
  readonly blocks: readonly Block[];
  readonly gold: readonly Element[];
  readonly answers: readonly Element[];
  readonly spellings: Spellings;
  /** What a confusion of two labels of the same thing is about, where the family says so. */
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
  const surfaces = [gold?.surface, answer?.surface].filter(
    (surface) => surface !== undefined && surface !== '',
  ) as string[];
  if (surfaces.length === 0) return scene.blocks.length === 2 ? causesInPair(scene.blocks) : [];
  const causes: KindId[] = [];
  const between = differingText(scene, gold, answer);
  if (isBodyPrefix(scene, gold, answer)) causes.push('body-prefix');
  const variants = surfaces.flatMap((surface) => spelledOtherwise(surface, scene.spellings));
  const onlyFold =
    gold !== undefined &&
    answer !== undefined &&
    gold.surface !== answer.surface &&
    fold(gold.surface) === fold(answer.surface);
  const kindsOfFold = onlyFold ? foldDifference(gold.surface, answer.surface) : [];
  for (const kind of ['width', 'case'] as const) {
    if (kindsOfFold.includes(kind) || variants.includes(kind)) causes.push(kind);
  }
  if (between !== undefined && FULL_WIDTH.test(between) && !causes.includes('width')) causes.push('width');
  const subject = between ?? surfaces.join(' ');
  if (NUMBER_OR_UNIT.test(subject)) causes.push('number');
  if (gold && answer && gold.surface === answer.surface)
    causes.push(...[scene.labelCause?.(gold.label, answer.label) ?? []].flat());
  if (
    surfaces.some(
      (surface) => LATIN_SHORT_FORM.test(surface) || SHORT_FORMS.some((form) => surface.includes(form)),
    )
  ) {
    causes.push('abbreviation');
  }
  return causes;
}

/** Full-width forms of ASCII, and the ideographic space. */
const FULL_WIDTH = /[\uff01-\uff5e\u3000]/;

/** What lies between two overlapping spans' boundaries: the characters in question. */
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

function spelledOtherwise(surface: string, { variants }: Spellings): KindId[] {
  const others = variants.get(fold(surface));
  if (!others) return [];
  return [...others].filter((other) => other !== surface).flatMap((other) => foldDifference(surface, other));
}

function foldDifference(a: string, b: string): ('width' | 'case')[] {
  const [wideA, wideB] = [a, b].map((text) => text.normalize('NFKC'));
  const differs: ('width' | 'case')[] = [];
  if (wideA !== wideB) differs.push('case');
  if (a.toLowerCase() !== b.toLowerCase()) differs.push('width');
  return differs;
}

/** What makes a pair of texts hard. */
function causesInPair([{ text: a }, { text: b }]: readonly Block[]): KindId[] {
  const causes: KindId[] = [];
  const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const figures = (text: string): string => (fold(text).match(/\d+(?:\.\d+)?/g) ?? []).join(' ');
  const hasShortForm = (text: string): boolean =>
    LATIN_SHORT_FORM.test(text) || SHORT_FORMS.some((form) => text.includes(form));
  if (a !== b && fold(a) === fold(b)) causes.push(...foldDifference(a, b));
  if (figures(a) !== figures(b)) causes.push('number');
  if (count(a, NEGATION) !== count(b, NEGATION)) causes.push('negation');
  if (hasShortForm(a) !== hasShortForm(b)) causes.push('abbreviation');
  return causes;
}
