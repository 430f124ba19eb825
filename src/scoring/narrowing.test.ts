import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootstrap } from '../statistics/bootstrap.ts';
import { unitVariance } from '../statistics/influence.ts';
import { bootstrapDifference, swapEffects } from '../statistics/paired.ts';
import { permutationTest } from '../statistics/permutation.ts';
import type { Answered, FamilyId } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import { findTask } from '../tasks/registry.ts';
import type { Task } from '../tasks/task.ts';
import { scorePredictions } from './score-sheet.ts';
import { countUnits, narrowTo } from './units.ts';

const labelsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `c${i}`, meaning: { en: `class ${i}`, zh: `类 ${i}` } }));

function taskOf(family: FamilyId, labels: number): Task {
  const task: Task = { ...findTask('cMedTC'), family, labels: labelsOf(labels), positive: 'c3' };
  return { ...task, primary: familyOf(task).conventions[0].id };
}

/** Enough classes for narrowing to apply; few of them occur, and one that occurs is not listed. */
const CLASSES = 300;
const label = fc.constantFrom('c3', 'c120', 'c7', 'c299', 'c0', 'unheard of');
const labels = fc.array(label, { maxLength: 3 });
const entities = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 3 }), label), { maxLength: 3 })
  .map((list) => ({ entities: list.map(([start, type]) => ({ start, end: start + 2, type })) }));
const triples = fc.array(fc.tuple(fc.constantFrom('头', '头痛'), label), { maxLength: 3 }).map((list) => ({
  triples: list.map(([subject, predicate]) => ({ subject, predicate, object: '药' })),
}));
const single = label.map((one) => ({ label: one }));

const SIDES = {
  classification: single,
  similarity: single,
  inference: single,
  multilabel: labels.map((list) => ({ labels: list })),
  ner: entities,
  relation: triples,
};
const INPUT = { text: '头痛三天', textA: '头', textB: '痛' };

/** Units of one or two items with the answers of two systems. */
const unitsOf = (family: keyof typeof SIDES) => {
  const side: fc.Arbitrary<object> = SIDES[family];
  const item = fc.tuple(side, side, side);
  return fc.array(fc.array(item, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 8 });
};

const OPTIONS = { resamples: 20, seed: 1 };

describe.each(Object.keys(SIDES) as (keyof typeof SIDES)[])('%s', (family) => {
  const task = taskOf(family, CLASSES);

  it('gives the same figures, to the bit, from the classes that occur', () => {
    fc.assert(
      fc.property(unitsOf(family), (drawn) => {
        const system = (s: 1 | 2): Answered[][] =>
          drawn.map((unit) =>
            unit.map((one) => ({ input: INPUT, gold: one[0], prediction: one[s] }) as Answered),
          );
        const [a, b] = [system(1), system(2)];
        for (const { metric } of familyOf(task).conventions) {
          const wide = metric(task);
          if ('whole' in wide || !wide.narrowing) continue;
          const narrow = narrowTo(wide, [...a, ...b]);
          expect(narrow.width).toBeLessThan(20);
          const [before, after] = [{ ...wide, narrowing: undefined }, narrow].map((one) => {
            const [left, right] = [a, b].map((units) => countUnits(one, units));
            const { width, value, supports, details } = one;
            const options = { ...OPTIONS, supports };
            const sums = new Float64Array(width);
            for (const unit of a) one.count(unit, sums, 0);
            return [
              value(sums),
              details?.(sums),
              bootstrap(left, width, value, options),
              bootstrap(left, width, value, { ...options, method: 'bca' }),
              bootstrapDifference(left, right, width, value, options),
              permutationTest(left, right, width, value, { permutations: 20 }),
              swapEffects(left, right, width, value),
              unitVariance(left, width, value),
            ];
          });
          expect(after).toStrictEqual(before);
        }
      }),
      { numRuns: 15 },
    );
  });
});

it('scores many answers to very many classes, and names in the details those that occur', () => {
  const classes = 20_000;
  const task = taskOf('classification', classes);
  const examples = Array.from({ length: 400 }, (_, i) => ({
    id: String(i),
    input: { text: String(i) },
    gold: { label: `c${i * 11}` },
  }));
  const predictions = examples.map(({ gold }, i) =>
    i % 4 === 0 ? { label: `c${classes - 1}` } : i === 1 ? undefined : gold,
  );
  const { scores } = scorePredictions({ task, examples, predictions }).subsets.all;
  const right = 299 / 400;
  const value = (rule: string): number =>
    scores.find(({ convention }) => convention === `classification/${rule}@1`)!.value;
  expect(value('accuracy')).toBe(right);
  expect(value('macro-f1/supported')).toBeCloseTo(right, 12);
  expect(value('macro-f1/all-labels')).toBeCloseTo(299 / classes, 12);
  const { details } = scores.find(({ convention }) => convention.includes('all-labels'))!;
  // Wrong answers name one class besides those of gold; the missing one is the class after its gold.
  expect(details?.classes).toHaveLength(402);
});
