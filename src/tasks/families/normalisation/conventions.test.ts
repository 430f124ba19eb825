import { expect, it } from 'vitest';
import { findConvention } from '../../conventions.ts';
import type { Answered } from '../../examples.ts';
import { taskOf } from '../fixtures/sample.ts';

const item = (gold: readonly string[], terms: readonly string[]): Answered => ({
  input: { text: '' },
  gold: { terms: gold },
  prediction: { terms },
});

function score(id: string, items: readonly Answered[]): number {
  const metric = findConvention(id).metric(taskOf('normalisation', []));
  if ('whole' in metric) throw new Error(id);
  const counts = new Float64Array(metric.width);
  for (const one of items) metric.count([one], counts, 0);
  return metric.value(counts);
}

it('sets of terms are compared, over all texts', () => {
  // By hand: TP 1 + 2 + 0, FP 1 + 0 + 1, FN 1 + 0 + 1; a term that is given twice counts once.
  const items = [item(['a', 'b'], ['a', 'c']), item(['d', 'e'], ['e', 'd', 'd']), item(['f'], ['g'])];
  expect(score('normalisation/term-f1@1', items)).toBeCloseTo(6 / (6 + 2 + 2), 12);
  expect(score('normalisation/exact-set@1', items)).toBeCloseTo(1 / 3, 12);
});
