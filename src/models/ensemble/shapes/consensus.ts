import type { FamilyId, Gold, Input, Prediction } from '../../../tasks/examples.ts';
import { editDistance, treeKey, treeSize } from '../../../tasks/families/decision-tree/trees.ts';
import type { Tree } from '../../../tasks/families/decision-tree/types.ts';
import { readReply } from '../../../tasks/families/instruction/reading.ts';
import { jaccard, shinglesOf } from '../../../text/shingles.ts';
import { chosen, type Shape } from '../shape.ts';

/** A family whose answers are wholes that are more or less alike. */
interface Wholes<F extends FamilyId, Whole> {
  of(answer: Prediction<F>): Whole;
  /** The accepted answers for a gold; at least one. */
  golds(gold: Gold<F>): readonly Whole[];
  keyOf(whole: Whole): string;
  /** From 0 to 1. */
  alike(a: Whole, b: Whole, input: Input<F>): number;
  prediction(whole: Whole): Prediction<F>;
}

/**
 * The answer of a member that is most like those of all members, by their weights: consensus decoding (minimum Bayes risk,
 * Kumar and Byrne 2004) over the few available answers. No new answer is composed.
 */
const consensusShape = <F extends FamilyId, Whole>({
  of,
  golds,
  keyOf,
  alike,
  prediction,
}: Wholes<F, Whole>): Shape<F> => ({
  rule: 'best',
  scored: () => false,
  exclusive: () => [false],
  threshold: () => false,
  propose(input, said) {
    const given = said.map((one) => (one === undefined ? undefined : of(one)));
    const candidates = [
      ...new Map(given.flatMap((whole) => (whole === undefined ? [] : [[keyOf(whole), whole]]))).values(),
    ];
    const values = candidates.flatMap((candidate) =>
      given.map((whole) => (whole === undefined ? 0 : alike(candidate, whole, input))),
    );
    return {
      classes: candidates.map(() => 'answer'),
      values: Float64Array.from(values),
      right(gold) {
        const near = candidates.map((one) =>
          Math.max(...golds(gold).map((whole) => alike(one, whole, input))),
        );
        const best = Math.max(...near);
        return Float64Array.from(near, (value) => Number(value === best && best > 0));
      },
      decide: (scores) => prediction(candidates[chosen(scores, Number.NEGATIVE_INFINITY)[0]]),
    };
  },
});

/** The pairs of adjacent characters that two texts share. */
const textsAlike = (a: string, b: string): number => jaccard(shinglesOf(a, 2), shinglesOf(b, 2));

export const replyShape = consensusShape<'generation', string>({
  of: ({ reply }) => reply,
  golds: ({ references }) => references,
  keyOf: (reply) => reply,
  alike: textsAlike,
  prediction: (reply) => ({ reply }),
});

/** Labels are alike where they are the same, other texts as far as they share their characters. */
export const instructionShape = consensusShape<'instruction', string>({
  of: ({ reply }) => reply,
  golds: ({ target }) => [target],
  keyOf: (reply) => reply,
  alike(a, b, input) {
    const [own, other] = [readReply(a, input), readReply(b, input)];
    if (own.kind === 'label' && other.kind === 'label') return Number(own.label === other.label);
    return textsAlike(a, b);
  },
  prediction: (reply) => ({ reply }),
});

/** By the edit ratio of Text2DT; two trees that decide nothing are the same. */
export const treeShape = consensusShape<'decision-tree', Tree>({
  of: ({ tree }) => tree,
  golds: ({ tree }) => [tree],
  keyOf: treeKey,
  alike(a, b) {
    if (treeKey(a) === treeKey(b)) return 1;
    if (a.length === 0 || b.length === 0) return 0;
    return Math.max(0, 1 - editDistance(a, b) / Math.max(1, treeSize(a) + treeSize(b)));
  },
  prediction: (tree) => ({ tree }),
});
