import { describe, expect, it } from 'vitest';
import type { Details } from '../../metrics/metric.ts';
import { scorePredictions } from '../../scoring/score-sheet.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import { parseTask } from '../../tasks/schema.ts';
import { type Member, showableSubsets, withoutSmallCells } from './small-cells.ts';

const members = (counts: Readonly<Record<string, number>>): Member[] =>
  Object.entries(counts).flatMap(([subsets, count]) =>
    Array.from({ length: count }, (_, i) => ({
      id: `${subsets}${i}`,
      subsets: subsets.split(' ').filter(Boolean),
    })),
  );
const names = (counts: Readonly<Record<string, number>>): string[] =>
  Object.keys(showableSubsets(members(counts)));

describe('subsets that are scored', () => {
  it('have five units or more', () => {
    expect(names({ clean: 20, leaked: 5 })).toEqual(['clean', 'leaked']);
  });

  it('leave at least as many of the other examples', () => {
    expect(names({ clean: 20, leaked: 4 })).toEqual([]);
    expect(names({ clean: 20, '': 4 })).toEqual([]);
  });

  it('leave no smaller cell in combination: leaked only = all - clean - conflicting', () => {
    expect(names({ clean: 20, leaked: 3, 'leaked conflicting': 7, conflicting: 9 })).toEqual(['clean']);
    expect(names({ clean: 20, leaked: 6, 'leaked conflicting': 7, conflicting: 9 })).toEqual([
      'clean',
      'conflicting',
      'leaked',
    ]);
  });

  it('are counted in units, not in examples', () => {
    const one = members({ clean: 20, leaked: 9 }).map((member) => ({
      ...member,
      group: member.subsets[0] === 'leaked' ? `${member.id.length % 2}` : undefined,
    }));
    expect(Object.keys(showableSubsets(one))).toEqual([]);
  });
});

/** A sheet for gold labels with these counts. */
function sheetOf(sizes: Readonly<Record<string, number>>, wrong = 0) {
  const labels = Object.keys(sizes);
  const corpus = { folder: 'x', format: 'jsonl', files: { test: 'x' } };
  const task = parseTask({ id: 'x', family: 'classification', title: 'x', corpus, labels }, 'x');
  const gold = Object.entries(sizes).flatMap(([label, size]) => Array<string>(size).fill(label));
  const examples = gold.map((label, i) => ({ id: String(i), input: { text: `t${i}` }, gold: { label } }));
  const predictions = gold.map((label, i) => ({ label: i < wrong ? labels[1] : label }));
  const subsets = { most: new Set(examples.slice(7).map(({ id }) => id)) };
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

  /** The classes that any convention shows. */
  const shownOf = (sizes: Readonly<Record<string, number>>): unknown[] => {
    const { task, sheet } = sheetOf(sizes);
    const { scores } = withoutSmallCells(sheet, task, 5).subsets.all;
    return [...new Set(scores.flatMap(({ details }) => classesOf(details)))];
  };

  it('has no class with fewer items', () => {
    expect(shownOf({ a: 20, b: 30, rare: 3, next: 9 })).toEqual(['a', 'b']);
    expect(shownOf({ a: 20, b: 30, rare: 3, rarer: 2, next: 9 })).toEqual(['a', 'b', 'next']);
    expect(shownOf({ a: 20, b: 30, absent: 0 })).toEqual(['a', 'b', 'absent']);
  });

  it('has no class whose count can be derived: the omitted ones together are a cell too', () => {
    expect(shownOf({ a: 20, b: 30, rare: 2, rarer: 1, next: 9 })).toEqual(['a', 'b']);
  });

  it('has counts only for all examples, as those of a subset could be subtracted', () => {
    const { task, sheet } = sheetOf({ a: 20, b: 30 }, 6);
    const { all, most } = withoutSmallCells(sheet, task, 5).subsets;
    expect(all.scores.some(({ details }) => details !== undefined)).toBe(true);
    expect(sheet.subsets.most.scores.some(({ details }) => details !== undefined)).toBe(true);
    expect(most.scores.every(({ details }) => details === undefined)).toBe(true);
    expect(most.scores.map(({ value }) => value)).toEqual(
      sheet.subsets.most.scores.map(({ value }) => value),
    );
  });

  it('has no count below the limit', () => {
    const { task, sheet } = sheetOf({ a: 20, b: 30, rare: 3, next: 9 });
    const left = withoutSmallCells(sheet, task, 5);
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

  it('omits the score of a constant answer where it reveals the size of a small class', () => {
    const constantOf = (sizes: Readonly<Record<string, number>>): number => {
      const { task, sheet } = sheetOf(sizes);
      expect(sheet.floors.constant).toBeGreaterThan(0);
      return withoutSmallCells(sheet, task, 5).floors.constant;
    };
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`label ${i}`, 2]));
    expect(constantOf(many)).toBeNaN();
    expect(constantOf({ a: 20, b: 30 })).toBe(0.6);
  });

  it('names no label that the task does not declare', () => {
    const { task, sheet } = sheetOf({ a: 20, b: 30, secret: 10, other: 10 });
    const fewer = { ...task, labels: task.labels.filter(({ id }) => id !== 'secret') };
    expect(familyOf(task).id).toBe('classification');
    expect(JSON.stringify(withoutSmallCells(sheet, fewer, 5))).not.toContain('secret');
  });
});
