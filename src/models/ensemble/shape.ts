import type { Example, FamilyId, Gold, Input, Prediction } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';

/** The predictions of the members for one input; undefined if a member gave none. */
export type MemberAnswers<F extends FamilyId> = readonly (Prediction<F> | undefined)[];

/** Settings shared by all inputs of an ensemble. */
export interface Conventions {
  /** Members' decisions count, not their scores. */
  readonly decisions: boolean;
  /** Answers of the family that exclude each other (overlapping spans) are not combined. */
  readonly exclusive: boolean;
  /** The label that wins from a threshold on, where two labels share one decision. */
  readonly positive?: string;
  /** Divisors of the scores of every member, where the family has scores without a scale. */
  readonly scales?: readonly number[];
}

/** The candidate answers to one input, and what speaks for each. */
export interface Candidates<F extends FamilyId> {
  /** The class of every candidate: a label, an entity type, a predicate, a status. */
  readonly classes: readonly string[];
  /**
   * Each member's value for each candidate: from 0 to 1, or standardised scores of a list of documents. A member without a
   * prediction has the value 0.
   */
  readonly values: Float64Array;
  /** Further evidence for `stack`, `width` numbers a candidate. */
  readonly extra?: { readonly width: number; readonly values: Float64Array };
  /** 1 or 0 by candidate: whether gold has it; grades of documents. */
  right(gold: Gold<F>): Float64Array;
  /** The prediction, from one score a candidate. */
  decide(scores: Float64Array, threshold: number): Prediction<F>;
}

/**
 * How scores become an answer: the `best` candidate is given, or every candidate of a `set` that reaches the threshold, or
 * all in `order`.
 */
export type Rule = 'best' | 'set' | 'order';

/** How predictions of a family are combined. */
export interface Shape<F extends FamilyId> {
  readonly rule: Rule;
  /** Whether a prediction has scores that can be averaged. */
  scored(prediction: Prediction<F>): boolean;
  /** The scale of a member's scores. Absent: the family's scores have none, or one. */
  scale?(predictions: readonly Prediction<F>[]): number;
  /** Whether answers exclude each other, the default first: where there are two ways, dev decides. */
  exclusive(examples: readonly Example<F>[]): readonly boolean[];
  /** Whether the rule has a threshold for this task. */
  threshold(task: Task): boolean;
  propose(input: Input<F>, said: MemberAnswers<F>, conventions: Conventions): Candidates<F>;
}

/** Distinct items of all members in the order in which they first appear, each with the members' values for it. */
export function collect<T>(
  members: number,
  given: readonly (readonly { readonly item: T; readonly value: number }[])[],
  keyOf: (item: T) => string,
): { items: T[]; values: Float64Array } {
  const places = new Map<string, number>();
  const items: T[] = [];
  const rows: number[][] = [];
  given.forEach((list, member) => {
    for (const { item, value } of list) {
      const key = keyOf(item);
      let place = places.get(key);
      if (place === undefined) {
        place = items.push(item) - 1;
        places.set(key, place);
        rows.push(new Array<number>(members).fill(0));
      }
      rows[place][member] = Math.max(rows[place][member], value);
    }
  });
  return { items, values: Float64Array.from(rows.flat()) };
}

/** The candidates that reach a threshold, the best first; of equals, the one that was proposed first. */
export const chosen = (scores: Float64Array, threshold: number): number[] =>
  Array.from(scores.keys())
    .filter((i) => scores[i] >= threshold)
    .sort((a, b) => scores[b] - scores[a] || a - b);
