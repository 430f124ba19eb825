import type { FamilyId, Gold, Input, Labelled, Prediction } from '../tasks/examples.ts';

/** A piece of input as it is shown: a text, one of a pair, a turn of a dialogue, a title. */
export interface Block {
  /** Who says it, or what it is. */
  readonly who?: string;
  readonly text: string;
}

/** One thing that is gold or answered: an entity, a label, a triple, a symptom. */
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

/** Gold, or what a run answered, of one example. */
export interface Side {
  readonly elements: readonly Element[];
  /** Drawn over the text, but not judged by the primary metric. */
  readonly marks?: readonly Element[];
  /** Grades or scores, one for each block after the first. */
  readonly values?: readonly number[];
}

/** How a family's examples are shown and taken apart. */
interface FamilyView<F extends FamilyId> {
  blocks(input: Input<F>): readonly Block[];
  side(answer: Gold<F> | Prediction<F>, input: Input<F>): Side;
  /** How likely `answer` was meant as `gold` where they are not equal: 0 not at all; larger is closer. */
  near(gold: Element, answer: Element): number;
  /** What a label is called more precisely where it says more than itself. */
  readonly carrier: 'span' | 'name' | 'label' | 'pair' | 'none';
}

const bare = (label: string): Element => ({ label, surface: '', key: label });

const overlap = (gold: Element, answer: Element): number => {
  const [a, b] = [gold.span, answer.span];
  if (!a || !b || a.block !== b.block) return 0;
  const shared = Math.min(a.end, b.end) - Math.max(a.start, b.start);
  if (shared <= 0) return 0;
  const union = Math.max(a.end, b.end) - Math.min(a.start, b.start);
  return shared / union + (gold.label === answer.label ? 1 : 0);
};

const single = {
  side: ({ label }: Labelled): Side => ({ elements: [bare(label)] }),
  near: () => 1,
  carrier: 'label',
} as const;

/** Widths and letter case folded: what differs only in them is meant to be the same. */
export const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

const touches = (a: string, b: string): boolean => a.includes(b) || b.includes(a);

const VIEWS: { readonly [F in FamilyId]: FamilyView<F> } = {
  ner: {
    blocks: ({ text }) => [{ text }],
    side: ({ entities }, { text }) => ({
      elements: entities.map(({ start, end, type }) => ({
        label: type,
        surface: text.slice(start, end),
        key: `${start} ${end} ${type}`,
        span: { block: 0, start, end },
      })),
    }),
    near: overlap,
    carrier: 'span',
  },
  similarity: { blocks: ({ textA, textB }) => [{ text: textA }, { text: textB }], ...single },
  inference: { blocks: ({ textA, textB }) => [{ text: textA }, { text: textB }], ...single },
  classification: { blocks: ({ text }) => [{ text }], ...single },
  multilabel: {
    blocks: ({ text }) => [{ text }],
    side: ({ labels }) => ({ elements: labels.map(bare) }),
    near: () => 0,
    carrier: 'label',
  },
  ranking: {
    blocks: ({ query, documents }) => [
      { text: query },
      ...documents.map(({ title, url }) => ({ who: url, text: title })),
    ],
    side: (answer) => ({ elements: [], values: 'relevance' in answer ? answer.relevance : answer.scores }),
    near: () => 0,
    carrier: 'none',
  },
  relation: {
    blocks: ({ text }) => [{ text }],
    side: ({ triples }) => ({
      elements: triples.map(({ subject, predicate, object }) => ({
        label: predicate,
        surface: `${subject} → ${object}`,
        key: JSON.stringify([subject, predicate, object]),
      })),
    }),
    near(gold, answer) {
      if (gold.surface === answer.surface) return 2;
      const [a, b] = [gold, answer].map(({ surface }) => surface.split(' → '));
      return gold.label === answer.label && touches(a[0], b[0]) && touches(a[1], b[1]) ? 1 : 0;
    },
    carrier: 'pair',
  },
  dialogue: {
    blocks: ({ turns }) => turns.map(({ speaker, text }) => ({ who: speaker, text })),
    side: (answer, { turns }) => ({
      elements: answer.symptoms.map(({ name, status }) => ({
        label: status,
        surface: name,
        key: JSON.stringify([name, status]),
      })),
      marks: answer.entities?.map(({ turn, start, end, name, status }) => ({
        label: status ?? '',
        surface: name ?? turns[turn].text.slice(start, end),
        key: `${turn} ${start} ${end}`,
        span: { block: turn, start, end },
      })),
    }),
    near: (gold, answer) =>
      gold.surface === answer.surface ? 2 : fold(gold.surface) === fold(answer.surface) ? 1 : 0,
    carrier: 'name',
  },
};

/** The view of a family, for code that treats all families alike. */
export const viewOf = (family: FamilyId): FamilyView<FamilyId> =>
  VIEWS[family] as unknown as FamilyView<FamilyId>;
