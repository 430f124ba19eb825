import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ArmInterval, keptCells, type Pair } from './cells.ts';
import { type Computed, ensemblesWith, mergedPairs, withoutArms, withRun } from './comparisons.ts';
import { pages } from './page.ts';
import { RECIPES } from './recipes.ts';
import { adopted, fullCells } from './trials.ts';

const pair = (a: string, b: string, p: number): Pair => ({ a, b, difference: 0.1, low: 0, high: 0.2, p });

function computed(a: string, b: string, raw: number, adjusted: number): Computed {
  const { p: _, ...rest } = pair(a, b, raw);
  return { ...rest, raw, adjusted };
}

describe('merged comparisons', () => {
  const kept = [pair('baseline', 'frozen', 0.02), pair('frozen', 'fine-tuned', 0.04)];

  it('are those just computed, as corrected together, where nothing else is kept', () => {
    const fresh = [computed('baseline', 'frozen', 0.01, 0.01)];
    expect(mergedPairs([], fresh, ['baseline', 'frozen'])).toEqual([pair('baseline', 'frozen', 0.01)]);
  });

  it('replace those of the same arms, keep the others, and are corrected for all by Bonferroni', () => {
    const fresh = [computed('baseline', 'frozen', 0.01, 0.01)];
    expect(mergedPairs(kept, fresh, ['baseline', 'frozen'])).toEqual([
      pair('frozen', 'fine-tuned', 0.04),
      pair('baseline', 'frozen', 0.02),
    ]);
  });

  it('have no p above 1', () => {
    const fresh = [computed('baseline', 'ensemble', 0.7, 0.7)];
    expect(mergedPairs(kept, fresh, ['baseline', 'ensemble']).at(-1)?.p).toBe(1);
  });
});

it('a further seed or another recipe of an arm drops every comparison of it', () => {
  const kept = [
    pair('baseline', 'frozen', 0),
    pair('baseline', 'fine-tuned', 0),
    pair('frozen', 'ensemble', 0),
  ];
  expect(withoutArms(kept, ['frozen'])).toEqual([pair('baseline', 'fine-tuned', 0)]);
  expect(ensemblesWith('cMedQQ', 'cbert-small').map(({ arm }) => arm)).toEqual(['ensemble-3']);
  expect(ensemblesWith('cMedQQ', 'fine-tuned').map(({ arm }) => arm)).toEqual(['ensemble', 'ensemble-3']);
  expect(ensemblesWith('cMedQQ', 'frozen')).toEqual([]);
});

it('a repeated run takes the place of the earlier one in its interval', () => {
  const interval = (runs: string[]): ArmInterval => ({ arm: 'frozen', runs, low: 0.4, high: 0.5 });
  expect(withRun([interval(['r0', 'r1']), interval(['r2'])], 'r1', 'r9')).toEqual([
    interval(['r0', 'r9']),
    interval(['r2']),
  ]);
});

it('a variant that has become the recipe is found, and is not run again on the full training set', () => {
  const changed = Object.keys(RECIPES).filter((task) => RECIPES[task].trials?.recipe);
  expect(changed.length).toBeGreaterThan(0);
  for (const task of changed) {
    const name = adopted(task);
    expect(name, task).toBeDefined();
    expect(fullCells(task).map(({ trial }) => trial)).not.toContain(name);
  }
  expect(adopted('cMedQQ')).toBeUndefined();
});

describe.each(Object.keys(RECIPES))('kept cells of %s', (task) => {
  const { cells, pairs, intervals } = keptCells(task);

  it('are compared once per pair of arms, only arms that are kept', () => {
    expect(cells.length).toBeGreaterThan(0);
    const arms = new Set<string>(cells.map(({ arm }) => arm));
    for (const { a, b } of pairs) expect(arms.has(a) && arms.has(b) && a !== b, `${a}, ${b}`).toBe(true);
    const names = pairs.map(({ a, b }) => [a, b].sort().join());
    expect(new Set(names).size).toBe(names.length);
  });

  it('have an interval over seeds exactly where an arm has several', () => {
    const seeded = [...Map.groupBy(cells, ({ arm }) => arm)].filter(([, own]) => own.length > 1);
    const runs = seeded.map(([arm, own]) => ({ arm, runs: own.map(({ run }) => run) }));
    const shown = intervals.map(({ arm, runs }) => ({ arm, runs }));
    expect(shown).toHaveLength(runs.length);
    expect(shown).toEqual(expect.arrayContaining(runs));
  });

  it('lie in their intervals, as do the differences', () => {
    for (const { score, low, high } of cells) {
      expect(score).toBeGreaterThanOrEqual(low!);
      expect(score).toBeLessThanOrEqual(high!);
    }
    for (const { difference, low, high } of pairs) {
      expect(difference).toBeGreaterThanOrEqual(low);
      expect(difference).toBeLessThanOrEqual(high);
    }
  });
});

it('every page shows what is kept: if not, run `node bench/grid/page.ts`', () => {
  for (const [path, text] of pages()) expect(readFileSync(path, 'utf8'), path).toBe(text);
});
