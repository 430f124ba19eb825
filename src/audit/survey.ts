import { createItemList, type ItemRef } from '../datasets/item-ref.ts';
import { createTwinSearch, type TwinSearch } from '../datasets/twins.ts';
import { createUnitNumbers } from '../datasets/unit-numbers.ts';
import type { Tokenizer } from '../encoders/tokenizers/tokenizer.ts';
import type { Steps } from '../ground/steps.ts';
import type { Example } from '../tasks/examples.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import type { TextStoreOptions } from '../text/text-store.ts';
import type { Finding } from './finding.ts';
import { createSharedLabels, type SharingRule } from './shared-labels.ts';
import { createLonelyLabels, createOddities } from './text-oddities.ts';
import { createTruncationLedger, type TruncationRow } from './truncation.ts';
import { describeTwins } from './twins.ts';

/** Information on the examples of all splits from one pass; disposing of it removes what is on disk. */
export interface Survey extends Disposable {
  /** Splits come one after another. */
  take(example: Example, split: SplitName): void;
  sizeOf(split: SplitName): number;
  /** The units of the examples of a split, by numbers that are equal in a unit: -1 for an example that is its own. */
  unitsOf(split: SplitName): Int32Array;
  /** Twins inside and across splits, and units that splits share: requested once, when all examples were added; their memory is then freed. */
  twins(): Steps<Finding[]>;
  textOddities(): Finding[];
  /** Predicts a split from the labels of earlier ones; undefined where there is nothing to learn from. */
  sharingRule(split: SplitName): SharingRule | undefined;
  lonelyLabels(): Finding[];
  /** Undefined without a tokenizer. */
  truncation(): TruncationRow[] | undefined;
}

/**
 * An empty survey. It keeps a few hundred bytes of an example in memory, and the texts as far as `stored` says. Throws a
 * UserError where the disk is full.
 */
export function createSurvey(task: Task, tokenizer: Tokenizer | undefined, stored: TextStoreOptions): Survey {
  const items = createItemList();
  let twins: TwinSearch | undefined = createTwinSearch(task, stored);
  const units = createUnitNumbers(task, stored);
  const oddities = createOddities(task);
  const lonely = createLonelyLabels(task);
  const shared = createSharedLabels(task);
  const ledger = tokenizer && createTruncationLedger(task, tokenizer);
  return {
    take(example, split) {
      const number = items.size;
      items.add({ split, id: example.id });
      twins?.add(example, split);
      units.add(example);
      oddities.take(example, split, number);
      lonely.take(example, split, number);
      shared.take(example, split, number);
      ledger?.take(example, split);
    },
    sizeOf(split) {
      const [from, to] = items.rangeOf(split);
      return to - from;
    },
    unitsOf: (split) => units.between(...items.rangeOf(split)),
    *twins() {
      const found = twins ? describeTwins(yield* twins.relate(), items.refOf) : [];
      twins?.[Symbol.dispose]();
      twins = undefined;
      return [...found, ...findSharedUnits(units.between(0, items.size), items.refOf)];
    },
    sharingRule: shared.ruleFor,
    textOddities: () => oddities.findings(items.refOf),
    lonelyLabels: () => lonely.findings(items.refOf),
    truncation: () => ledger?.rows(),
    [Symbol.dispose]() {
      twins?.[Symbol.dispose]();
      units[Symbol.dispose]();
    },
  };
}

/**
 * Independent units (a query, a question) with examples in more than one split; `units` by example, -1 for an example that is
 * its own unit.
 */
function findSharedUnits(units: Int32Array, refOf: (number: number) => ItemRef): Finding[] {
  /** The split of a unit; undefined once it has examples in two. */
  const only = new Map<number, SplitName | undefined>();
  for (const [number, unit] of units.entries()) {
    if (unit < 0) continue;
    const { split } = refOf(number);
    if (!only.has(unit)) only.set(unit, split);
    else if (only.get(unit) !== split) only.set(unit, undefined);
  }
  const shared = new Map<number, ItemRef[]>();
  for (const [number, unit] of units.entries()) {
    if (unit < 0 || only.get(unit) !== undefined) continue;
    const refs = shared.get(unit);
    if (refs) refs.push(refOf(number));
    else shared.set(unit, [refOf(number)]);
  }
  if (shared.size === 0) return [];
  const groups = [...shared.values()];
  return [
    {
      code: 'shared-unit',
      kind: 'oddity',
      message: {
        en: 'a question or query that an earlier split has too',
        zh: '较早划分中已有同一问题或查询',
      },
      // Splits come in their order: the first member is of the earliest.
      items: groups.flatMap((refs) => refs.filter(({ split }) => split !== refs[0].split)),
      groups,
    },
  ];
}
