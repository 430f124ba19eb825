import { type Average, CORRECT, classLayout, classMetric, GOLD, PREDICTED } from './class-scores.ts';
import type { Metric } from './metric.ts';

/** Elements to find in an item (entities, labels, triples…) and when two of them are the same. */
export interface SetSpec<Item, Element> {
  readonly gold: (item: Item) => readonly Element[];
  readonly predicted: (item: Item) => readonly Element[];
  readonly same: (a: Element, b: Element) => boolean;
  readonly classOf: (element: Element) => string;
  readonly classes: readonly string[];
  readonly average: Average;
}

let used = new Uint8Array(64);

/**
 * F1 of the elements found. Gold is a set: an element given twice counts once. Predictions are not: each gold element is
 * matched at most once, so that a repeated prediction is a false positive. An item without gold elements counts too: every
 * prediction there is a false positive.
 */
export function setMetric<Item, Element>(spec: SetSpec<Item, Element>): Metric<Item> {
  const { same, classOf } = spec;
  return classMetric<Item>(classLayout(spec.classes), spec.average, {
    classesOf: (item) => [...spec.gold(item).map(classOf), ...spec.predicted(item).map(classOf)],
    count({ begins, unlisted }, unit, counts, offset) {
      for (const item of unit) {
        const gold = spec.gold(item);
        const predicted = spec.predicted(item);
        if (used.length < gold.length) used = new Uint8Array(gold.length * 2);
        for (let g = 0; g < gold.length; g++) {
          let first = 0;
          while (first < g && !same(gold[first], gold[g])) first++;
          used[g] = first < g ? 1 : 0;
          if (first === g) counts[offset + (begins.get(classOf(gold[g])) ?? unlisted) + GOLD]++;
        }
        for (let p = 0; p < predicted.length; p++) {
          const element = predicted[p];
          const at = offset + (begins.get(classOf(element)) ?? unlisted);
          counts[at + PREDICTED]++;
          for (let g = 0; g < gold.length; g++) {
            if (used[g] === 0 && same(gold[g], element)) {
              used[g] = 1;
              counts[at + CORRECT]++;
              break;
            }
          }
        }
      }
    },
  });
}
