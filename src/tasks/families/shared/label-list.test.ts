import { expect, it } from 'vitest';
import { findConvention } from '../../conventions.ts';
import type { Answered } from '../../examples.ts';
import { taskOf } from '../fixtures/sample.ts';

const item = (gold: readonly string[], statuses: readonly string[]): Answered => ({
  input: { turns: [], mentions: [] },
  gold: { statuses: gold },
  prediction: { statuses },
});

function score(id: string, items: readonly Answered[]): number {
  const metric = findConvention(id).metric(taskOf('mention-status', ['a', 'b', 'c', 'd']));
  if ('whole' in metric) throw new Error(id);
  const counts = new Float64Array(metric.width);
  for (const one of items) metric.count([one], counts, 0);
  return metric.value(counts);
}

it('labels of parts count over all examples', () => {
  const items = [item(['a', 'b', 'a'], ['a', 'a', 'a']), item(['b'], ['c'])];
  expect(score('mention-status/accuracy@1', items)).toBe(2 / 4);
  // F1 of a: TP 2, FP 1, FN 0: 4/5; of b: 0; of c, which is only predicted: 0.
  expect(score('mention-status/macro-f1/supported@1', items)).toBeCloseTo(0.8 / 2, 12);
  expect(score('mention-status/macro-f1/observed@1', items)).toBeCloseTo(0.8 / 3, 12);
});
