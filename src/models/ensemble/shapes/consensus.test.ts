import { describe, expect, it } from 'vitest';
import type { Tree } from '../../../tasks/families/decision-tree/types.ts';
import { weightedMeans } from '../combination.ts';
import type { Candidates } from '../shape.ts';
import { instructionShape, replyShape, treeShape } from './consensus.ts';

const CONVENTIONS = { decisions: true, exclusive: false };

/** The answer with these weights of the members. */
const decided = <P>(
  candidates: Candidates<never> & { decide(scores: Float64Array, t: number): P },
  weights: number[],
): P => candidates.decide(weightedMeans(candidates.values, weights), 0.5);

describe('of texts', () => {
  const said = ['多喝水，注意休息', '多喝水，好好休息', '建议手术'].map((reply) => ({ reply }));
  const propose = (some: readonly ({ reply: string } | undefined)[]) =>
    replyShape.propose({ turns: [] }, some, CONVENTIONS) as never;

  it('returns the one most similar to the others, unless another has more weight', () => {
    expect(decided(propose(said), [1, 1, 1])).toEqual({ reply: '多喝水，注意休息' });
    expect(decided(propose(said), [1, 1, 5])).toEqual({ reply: '建议手术' });
    expect(decided(propose([undefined, said[2], undefined]), [1, 1, 1])).toEqual({ reply: '建议手术' });
  });

  it('equal ones count together, and the nearest to gold is right', () => {
    const candidates = replyShape.propose({ turns: [] }, [said[2], said[2], said[0]], CONVENTIONS);
    expect(candidates.classes).toHaveLength(2);
    expect([...candidates.right({ references: ['手术', '请手术'] })]).toEqual([1, 0]);
    expect([...candidates.right({ references: ['x'] })]).toEqual([0, 0]);
  });
});

it('labels are similar only where they are equal', () => {
  const input = { prompt: '同义吗？', form: 'label' as const, choices: ['相同', '不同'] };
  const said = ['不是', '相同', '不同'].map((reply) => ({ reply }));
  const candidates = instructionShape.propose(input, said, CONVENTIONS);
  expect([...candidates.values]).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 1]);
});

it('trees are compared by their edit ratio', () => {
  const leaf = (drug: string): Tree => [{ role: 'D', triples: [['甲', '用', drug]], logic: 'null' }];
  const said = [leaf('乙'), leaf('丙'), leaf('丙'), []].map((tree) => ({ tree }));
  const candidates = treeShape.propose({ text: '甲' }, said, CONVENTIONS);
  const [first, second, none] = [0, 1, 2].map((i) => [...candidates.values.slice(4 * i, 4 * i + 4)]);
  expect(first).toEqual([1, 1 - 2 / 6, 1 - 2 / 6, 0]);
  expect(second).toEqual([1 - 2 / 6, 1, 1, 0]);
  expect(none).toEqual([0, 0, 0, 1]);
  expect(decided(candidates as never, [1, 1, 1, 1])).toEqual({ tree: leaf('丙') });
});
