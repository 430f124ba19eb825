import { expect, it } from 'vitest';
import { conventionsOf } from '../../conventions.ts';
import { taskOf } from '../fixtures/sample.ts';
import { ner } from './family.ts';
import { readFragments } from './fragments.ts';
import type { Entity } from './types.ts';

const task = taskOf('ner', ['bod'], { discontinuous: true });
const TEXT = '右肺上叶及下叶';

/** Scores of one text under every convention of the task. */
function scoresOf(gold: readonly Entity[], predicted: readonly Entity[]): Record<string, number> {
  const unit = [
    { id: '0', input: { text: TEXT }, gold: { entities: gold }, prediction: { entities: predicted } },
  ];
  return Object.fromEntries(
    conventionsOf(task).flatMap(({ id, metric }) => {
      const measure = metric(task);
      if ('whole' in measure) return [];
      const counts = new Float64Array(measure.width);
      measure.count(unit, counts, 0);
      return [[id, measure.value(counts)]];
    }),
  );
}

const PARTS = 'ner/fragments@1';
const HULL = 'ner/strict/micro/full-text/json@1';
const lower = { start: 0, end: 7, type: 'bod', fragments: [[0, 2] as const, [5, 7] as const] };

it('compares parts under its convention, and hulls under the others', () => {
  const whole = { start: 0, end: 7, type: 'bod' };
  expect(scoresOf([lower], [lower])).toMatchObject({ [PARTS]: 1, [HULL]: 1 });
  expect(scoresOf([lower], [whole])).toMatchObject({ [PARTS]: 0, [HULL]: 1 });
  const touching = { ...whole, fragments: [[0, 4] as const, [4, 7] as const] };
  expect(scoresOf([whole], [touching])).toMatchObject({ [PARTS]: 1, [HULL]: 1 });
});

it('is shown for tasks with discontinuous entities only', () => {
  const ids = (discontinuous?: boolean) => conventionsOf({ ...task, discontinuous }).map(({ id }) => id);
  expect([ids(true).includes(PARTS), ids().includes(PARTS), ids().length]).toEqual([
    ...[true, false, ner.conventions.length - 1],
  ]);
});

it('reads predictions with parts, and refuses invalid parts', () => {
  const { start, end, type } = lower;
  const read = (fragments: unknown) =>
    ner.parse({ entities: [{ start, end, type, fragments }] }, { text: TEXT }, task);
  expect(read(lower.fragments)).toEqual({ entities: [lower] });
  for (const wrong of [
    [],
    'x',
    [[0, 2]],
    [[0, 2, 3]],
    [
      [5, 7],
      [0, 2],
    ],
    [
      [0, 3],
      [2, 7],
    ],
    [
      [0, 0],
      [5, 7],
    ],
    [[0.5, 7]],
  ]) {
    expect(readFragments(wrong, lower)).toBe(undefined);
    expect(read(wrong)).toMatchObject([{ field: 'entities[0].fragments' }]);
  }
});
