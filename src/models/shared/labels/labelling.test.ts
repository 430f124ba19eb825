import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Example } from '../../../tasks/examples.ts';
import { findTask } from '../../../tasks/registry.ts';
import { answerOf, learnLabelling, targetsOf, tuneThreshold } from './labelling.ts';
import { bestThreshold } from './threshold.ts';

describe('bestThreshold', () => {
  it('gives an F1 that no other threshold beats', () => {
    const item = fc.record({ score: fc.integer({ min: 0, max: 10 }), yes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 30 }), (items) => {
        const scores = items.map(({ score }) => score / 10);
        const right = items.map(({ yes }) => yes);
        const f1 = (threshold: number): number => {
          const chosen = scores.map((score) => score >= threshold);
          const hits = chosen.filter((yes, i) => yes && right[i]).length;
          return (2 * hits) / Math.max(1, chosen.filter(Boolean).length + right.filter(Boolean).length);
        };
        const found = f1(bestThreshold(scores, right, 0.5));
        for (const threshold of [...scores, 2]) expect(found).toBeGreaterThanOrEqual(f1(threshold) - 1e-12);
      }),
    );
  });

  it('falls back where nothing is positive', () => {
    expect(bestThreshold([0.1, 0.9], [false, false], 0.5)).toBe(0.5);
    expect(bestThreshold([], [], 0.5)).toBe(0.5);
  });
});

const pair = (label: string): Example<'similarity'> => ({
  id: label,
  input: { textA: '', textB: '' },
  gold: { label },
});
const set = (...labels: string[]): Example<'multilabel'> => ({
  id: '',
  input: { text: '' },
  gold: { labels },
});

describe('labelling', () => {
  it('gives two labels one output, for the second', () => {
    const labelling = learnLabelling(findTask('cMedQQ'), [pair('1'), pair('0')]);
    expect(labelling).toMatchObject({ labels: ['0', '1'], outputs: 1, link: 'sigmoid' });
    expect([...targetsOf(labelling, [pair('1'), pair('0'), pair('unseen')])]).toEqual([1, 0, 0]);
    expect(answerOf(labelling, Float64Array.of(0.75))).toEqual({
      label: '1',
      scores: { '0': 0.25, '1': 0.75 },
    });
  });

  it('gives one label, or three, an output each', () => {
    const task = { ...findTask('cMedIC'), labels: [] };
    const one = learnLabelling(task, [{ id: '', input: { text: '' }, gold: { label: 'x' } }]);
    expect(one).toMatchObject({ outputs: 1, link: 'softmax' });
    expect(answerOf(one, Float64Array.of(1))).toEqual({ label: 'x', scores: { x: 1 } });
    const three = learnLabelling(
      task,
      ['b', 'a', 'c'].map((label) => ({ id: '', input: { text: '' }, gold: { label } })),
    );
    expect(three).toMatchObject({ labels: ['a', 'b', 'c'], outputs: 3, link: 'softmax' });
    expect(answerOf(three, Float64Array.of(0.2, 0.5, 0.3))).toMatchObject({ label: 'b' });
  });

  it('gives sets a sigmoid per label, and nothing where no label was seen', () => {
    const task = { ...findTask('multilabel'), labels: [] };
    const labelling = learnLabelling(task, [set('b', 'a'), set()]);
    expect(labelling).toMatchObject({ labels: ['a', 'b'], outputs: 2, link: 'sigmoid' });
    expect([...targetsOf(labelling, [set('b'), set('unseen')])]).toEqual([0, 1, 0, 0]);
    expect(answerOf(labelling, Float64Array.of(0.4, 0.5))).toEqual({
      labels: ['b'],
      scores: { a: 0.4, b: 0.5 },
    });
    expect(answerOf(learnLabelling(task, [set()]), new Float64Array(0))).toEqual({ labels: [], scores: {} });
  });

  it('tunes the threshold towards the positive label, whichever comes first', () => {
    const examples = ['1', '0', '1', '0'].map(pair);
    const scores = Float64Array.of(0.3, 0.1, 0.25, 0.2);
    const task = findTask('cMedQQ');
    const tuned = tuneThreshold(learnLabelling(task, examples), examples, scores);
    expect(
      scores.map((score) =>
        Number(answerOf(tuned, Float64Array.of(score)).scores !== undefined && score >= tuned.threshold),
      ),
    ).toEqual(Float64Array.of(1, 0, 1, 0));
    const flipped = tuneThreshold(learnLabelling({ ...task, positive: '0' }, examples), examples, scores);
    expect(flipped.threshold).toBeGreaterThan(0.2);
    expect(flipped.threshold).toBeLessThanOrEqual(0.25);
  });

  it('answers the first of two labels where every answer should be it, whatever the scores', () => {
    const task = { ...findTask('cMedQQ'), positive: '0' };
    const examples = ['0', '1', '0', '0'].map(pair);
    for (const scores of [Float64Array.of(0.7, 0.7, 0.7, 0.7), Float64Array.of(0.2, 0.3, 1, 0.6)]) {
      const tuned = tuneThreshold(learnLabelling(task, examples), examples, scores);
      const answers = Array.from(scores, (score) => answerOf(tuned, Float64Array.of(score)));
      expect(answers.map((answer) => 'label' in answer && answer.label)).toEqual(['0', '0', '0', '0']);
    }
  });

  it('separates two adjacent floating-point scores', () => {
    const task = findTask('cMedQQ');
    const examples = ['0', '1'].map(pair);
    for (const positive of ['0', '1']) {
      const labelling = learnLabelling({ ...task, positive }, examples);
      for (const scores of [Float64Array.of(0.25, 0.25 + 2 ** -54), Float64Array.of(0.75, 0.75 + 2 ** -53)]) {
        const tuned = tuneThreshold(labelling, examples, scores);
        const answers = Array.from(scores, (score) => answerOf(tuned, Float64Array.of(score)));
        expect(answers.map((answer) => 'label' in answer && answer.label)).toEqual(
          // One minus a quarter and one minus the next number round to the same number: as shares they are equal.
          positive === '0' && scores[0] === 0.25 ? ['0', '0'] : ['0', '1'],
        );
      }
    }
  });

  it('shows labels that the task declares but training lacks, with no score', () => {
    const task = findTask('cMedIC');
    const labelling = learnLabelling(task, [{ id: '', input: { text: '' }, gold: { label: '1' } }]);
    expect(answerOf(labelling, Float64Array.of(1)).scores).toEqual({ '0': 0, '1': 1, '2': 0 });
  });
});
