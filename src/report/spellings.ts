import { type Element, fold } from '../tasks/families/view.ts';
import { BODY_PARTS } from './lexicon.ts';

/** What a corpus shows about the spelling of its mentions. */
export interface Spellings {
  readonly bodyParts: ReadonlySet<string>;
  /** Folded mention → all the ways in which gold writes it. */
  readonly variants: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Gathers spellings from gold; `isBodyPart` says which labels are parts of the body. */
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

/** How the other spellings of a mention in gold differ from this one. */
export function spelledOtherwise(surface: string, { variants }: Spellings): FoldDifference[] {
  const others = variants.get(fold(surface));
  if (!others) return [];
  return [...others].filter((other) => other !== surface).flatMap((other) => foldDifference(surface, other));
}

export type FoldDifference = 'width' | 'case';

/** What two texts differ in that are equal when folded. */
export function foldDifference(a: string, b: string): FoldDifference[] {
  const [wideA, wideB] = [a, b].map((text) => text.normalize('NFKC'));
  const differs: FoldDifference[] = [];
  if (wideA !== wideB) differs.push('case');
  if (a.toLowerCase() !== b.toLowerCase()) differs.push('width');
  return differs;
}
