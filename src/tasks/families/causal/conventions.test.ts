import { expect, it } from 'vitest';
import { findConvention } from '../../conventions.ts';
import type { Answered } from '../../examples.ts';
import { taskOf } from '../fixtures/sample.ts';
import { causalAsking } from './asking.ts';
import type { CausalRelation, Mention } from './types.ts';

const TEXT = '甲乙丙甲';
const [first, second, third, again] = [0, 1, 2, 3].map((start): Mention => ({ start, end: start + 1 }));
const task = taskOf('causal', ['1', '2', '3', '4']);

const direct = (head: Mention, relation: string, tail: Mention): CausalRelation => ({ head, relation, tail });
const under = (head: Mention, inner: CausalRelation): CausalRelation =>
  'relation' in inner.tail ? inner : { head, relation: '2', tail: { ...inner, tail: inner.tail } };

function score(id: string, gold: readonly CausalRelation[], relations: readonly CausalRelation[]): number {
  const metric = findConvention(id).metric(task);
  if ('whole' in metric) throw new Error(id);
  const counts = new Float64Array(metric.width);
  const item: Answered = { input: { text: TEXT }, gold: { relations: gold }, prediction: { relations } };
  metric.count([item], counts, 0);
  return metric.value(counts);
}

const GOLD = [
  direct(first, '1', second),
  under(third, direct(first, '1', second)),
  direct(third, '3', again),
];

it('a relation is right when labels and all places are equal, nested ones too', () => {
  // Per label by hand: 1 has one of two predictions right, 2 has its inner tail wrong, 3 is right, 4 occurs nowhere.
  const answer = [
    direct(first, '1', second),
    direct(second, '1', first),
    under(third, direct(first, '1', again)),
    direct(third, '3', again),
  ];
  expect(score('causal/macro-f1@1', GOLD, answer)).toBeCloseTo((2 / 3 + 0 + 1 + 0) / 4, 12);
  expect(score('causal/micro-f1@1', GOLD, answer)).toBeCloseTo((2 * 2) / (3 + 4), 12);
});

it('words are compared without places where a rule says so', () => {
  const answer = [direct(again, '1', second), direct(again, '1', second)];
  expect(score('causal/micro-f1@1', GOLD, answer)).toBe(0);
  expect(score('causal/words-f1@1', GOLD, answer)).toBeCloseTo((2 * 1) / (3 + 2), 12);
});

it('words that a language model invented are wrong relations, and places are the closest together', () => {
  const answer = {
    relations: [
      { head: '甲', relation: '1', tail: ['丙'] },
      { head: '丁', relation: '1', tail: ['甲'] },
      { head: '乙', relation: '2', tail: ['甲', '1', '丙'] },
    ],
  };
  const reading = causalAsking.read([answer], { text: TEXT }, task);
  expect(reading).toMatchObject({
    prediction: {
      relations: [direct(again, '1', third), under(second, direct(again, '1', third))],
      unaligned: [{ relation: '1', quotes: ['丁'] }],
    },
    quotes: { unaligned: 1 },
  });
  const odd = { relations: [{ head: '甲', relation: '2', tail: ['甲', '9', '丙'] }] };
  expect(causalAsking.read([odd], { text: TEXT }, task)).toEqual({
    unreadable: 'wrong-type relations[0].tail',
  });
});
