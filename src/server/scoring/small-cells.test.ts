import { describe, expect, it } from 'vitest';
import type { Details } from '../../metrics/metric.ts';
import { scorePredictions } from '../../scoring/score-sheet.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import { parseTask } from '../../tasks/schema.ts';
import { withoutSmallCells } from './small-cells.ts';

/** Gold labels, so many of each. */
function sheetOf(sizes: Readonly<Record<string, number>>, wrong = 0) {
  const labels = Object.keys(sizes);
  const corpus = { folder: 'x', format: 'jsonl', files: { test: 'x' } };
  const task = parseTask({ id: 'x', family: 'classification', title: 'x', corpus, labels }, 'x');
  const gold = Object.entries(sizes).flatMap(([label, size]) => Array<string>(size).fill(label));
  const examples = gold.map((label, i) => ({ id: String(i), input: { text: `t${i}` }, gold: { label } }));
  const predictions = gold.map((label, i) => ({ label: i < wrong ? labels[1] : label }));
  const subsets = { few: new Set(['0', '1', '2']), most: new Set(examples.slice(3).map(({ id }) => id)) };
  return { task, sheet: scorePredictions({ task, examples, predictions, subsets }) };
}

/** The names of the rows that a convention shows. */
const classesOf = (details: Details | undefined): unknown[] =>
  (details?.classes as readonly Details[] | undefined)?.map((row) => row.class) ?? [];

describe('a sheet that leaves a hospital', () => {
  it('has the same scores', () => {
    const { task, sheet } = sheetOf({ a: 20, b: 30 }, 6);
    const left = withoutSmallCells(sheet, task, 5);
    for (const [i, { value, interval }] of left.subsets.all.scores.entries()) {
      expect(value).toEqual(sheet.subsets.all.scores[i].value);
      expect(interval?.low).toEqual(sheet.subsets.all.scores[i].interval?.low);
    }
    expect(left.coverage).toEqual(sheet.coverage);
  });

  it('has no subset, class or count of fewer items, and no class that follows from the others', () => {
    const { task, sheet } = sheetOf({ a: 20, b: 30, rare: 3, next: 9 });
    const left = withoutSmallCells(sheet, task, 5);
    expect(Object.keys(left.subsets)).toEqual(['all', 'most']);
    const shown = left.subsets.all.scores.flatMap(({ details }) => classesOf(details));
    expect(new Set(shown)).toEqual(new Set(['a', 'b']));
    const before = sheet.subsets.all.scores.flatMap(({ details }) => classesOf(details));
    expect(before).toContain('rare');
    for (const { interval } of left.subsets.all.scores)
      expect(interval?.labelUnits ?? 5).toBeGreaterThanOrEqual(5);
    expect(JSON.stringify(left)).not.toMatch(/rare|next/);
  });

  it('has a confusion matrix only where no cell is small', () => {
    const matrices = (wrong: number): number => {
      const { task, sheet } = sheetOf({ a: 20, b: 30 }, wrong);
      const { all } = withoutSmallCells(sheet, task, 5).subsets;
      return all.scores.filter(({ details }) => details?.confusion !== undefined).length;
    };
    expect([matrices(0), matrices(2), matrices(6)]).toEqual([1, 0, 1]);
  });

  it('names no label that the task does not declare', () => {
    const { task, sheet } = sheetOf({ a: 20, b: 30, secret: 10, other: 10 });
    const fewer = { ...task, labels: task.labels.filter(({ id }) => id !== 'secret') };
    expect(familyOf(task).id).toBe('classification');
    expect(JSON.stringify(withoutSmallCells(sheet, fewer, 5))).not.toContain('secret');
  });
});
