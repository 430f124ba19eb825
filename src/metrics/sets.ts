import { type Average, CORRECT, classLayout, classMetric, GOLD, PREDICTED } from './class-scores.ts';
import type { Metric } from './metric.ts';

/** Things to find in an item (entities, labels, triples…) and when two of them are the same. */
export interface SetSpec<Item, Thing> {
  readonly gold: (item: Item) => readonly Thing[];
  readonly predicted: (item: Item) => readonly Thing[];
  readonly same: (a: Thing, b: Thing) => boolean;
  readonly classOf: (thing: Thing) => string;
  readonly classes: readonly string[];
  readonly average: Average;
}

let used = new Uint8Array(64);

/**
 * F1 of finding things. Gold is a set: an equal thing given twice counts once. Predictions are not:
 * each gold thing is matched at most once, so that a repeated prediction is a false positive.
 * An item without gold things counts too: whatever is predicted there is a false positive.
 */
export function setMetric<Item, Thing>(spec: SetSpec<Item, Thing>): Metric<Item> {
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
          const thing = predicted[p];
          const at = offset + (begins.get(classOf(thing)) ?? unlisted);
          counts[at + PREDICTED]++;
          for (let g = 0; g < gold.length; g++) {
            if (used[g] === 0 && same(gold[g], thing)) {
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
