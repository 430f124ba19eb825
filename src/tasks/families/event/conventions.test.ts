import { expect, it } from 'vitest';
import { findConvention } from '../../conventions.ts';
import type { Answered } from '../../examples.ts';
import { taskOf } from '../fixtures/sample.ts';
import type { ClinicalEvent } from './types.ts';

const event = (core: string, tendency: string, ...anatomy: string[]): ClinicalEvent => ({
  ...{ core, tendency, characters: [], anatomy },
});
const item = (gold: readonly ClinicalEvent[], events: readonly ClinicalEvent[]): Answered => ({
  input: { text: '' },
  gold: { events: gold },
  prediction: { events },
});

function score(id: string, items: readonly Answered[]): number {
  const metric = findConvention(id).metric(taskOf('event', ['肯定', '否定']));
  if ('whole' in metric) throw new Error(id);
  const counts = new Float64Array(metric.width);
  for (const one of items) metric.count([one], counts, 0);
  return metric.value(counts);
}

it('an event is right when all attributes are equal, lists as sets', () => {
  const gold = [event('痛', '肯定', '腹', '胸'), event('咳', '否定')];
  // By hand: the first is right, the second has another tendency, and the repeated first is wrong.
  const answer = [event('痛', '肯定', '胸', '腹'), event('咳', '肯定'), event('痛', '肯定', '腹', '胸')];
  expect(score('event/strict-f1@1', [item(gold, answer)])).toBeCloseTo(2 / (2 + 2 + 1), 12);
  expect(score('event/strict-f1@1', [item(gold, [event('痛', '肯定', '腹')])])).toBe(0);
  expect(score('event/core-f1@1', [item(gold, [event('痛', '肯定', '腹')])])).toBeCloseTo(2 / 3, 12);
});
