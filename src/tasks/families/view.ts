import type { FamilyTypes } from './family.ts';

/** A displayed piece of input: a text, one of a pair, a turn of a dialogue, a title. */
export interface Block {
  /** Speaker or address. */
  readonly who?: string;
  readonly text: string;
}

/** One item of gold or of an answer: an entity, a label, a triple, a symptom. */
export interface Element {
  /** Its class: entity type, label, predicate, status. */
  readonly label: string;
  /** What carries the class: the mention, the name, subject and object; empty for a bare label. */
  readonly surface: string;
  /** Elements with equal keys are the same answer. */
  readonly key: string;
  /** Where it is in a block, UTF-16 code units, `end` exclusive; absent for what has no place. */
  readonly span?: { readonly block: number; readonly start: number; readonly end: number };
}

/** Gold, or the answer of a run, for one example. */
export interface Side {
  readonly elements: readonly Element[];
  /** Drawn over the text, but not scored by the primary metric. */
  readonly marks?: readonly Element[];
  /** Grades or scores, one for each block after the first. */
  readonly values?: readonly number[];
}

/** The single label of an answer, with the scores of all labels where given. */
export interface Choice {
  readonly label: string;
  readonly scores?: Readonly<Record<string, number>>;
}

/** How a family's examples are displayed. */
export interface FamilyView<T extends FamilyTypes> {
  blocks(input: T['input']): readonly Block[];
  side(answer: T['gold'] | T['prediction'], input: T['input']): Side;
  /** How likely `answer` was meant as `gold` where they are not equal: 0 not at all; larger is closer. */
  near(gold: Element, answer: Element): number;
  /** Gold or an answer as one label, where every example has exactly one. */
  choice?(answer: T['gold'] | T['prediction']): Choice;
  /** What a confusion of two labels of the same thing is about. */
  labelCause?(gold: string, answer: string): 'negation' | 'uncertainty' | undefined;
}

/** An element that is nothing but its label. */
export const bare = (label: string): Element => ({ label, surface: '', key: label });

/** The part of the union that two spans share, and one more where their labels are equal; 0 where they do not overlap. */
export function overlap(gold: Element, answer: Element): number {
  const [a, b] = [gold.span, answer.span];
  if (!a || !b || a.block !== b.block) return 0;
  const shared = Math.min(a.end, b.end) - Math.max(a.start, b.start);
  if (shared <= 0) return 0;
  const union = Math.max(a.end, b.end) - Math.min(a.start, b.start);
  return shared / union + (gold.label === answer.label ? 1 : 0);
}

/** Width and letter case folded: texts that differ only in them are meant to be the same. */
export const fold = (text: string): string => text.normalize('NFKC').toLowerCase();
