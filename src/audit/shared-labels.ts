import type { Text } from '../ground/language.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import type { Expected } from '../tasks/families/family.ts';
import { familyOf } from '../tasks/families/registry.ts';
import { SPLITS, type SplitName, type Task } from '../tasks/task.ts';
import { scramble } from '../text/hashing.ts';
import { hashForm } from '../text/normalise.ts';
import { type Gain, measureGains } from './gain.ts';
import { WEAK_GAIN } from './signal.ts';

/** Larger splits are sampled, whole groups, before a rule is applied. */
export const MOST_RULED = 20_000;
/** Each tenth of the examples is predicted from the others. */
const FOLDS = 10;
/** Below this lift a key says nothing: shares of a few items differ by chance. */
const LEAST_LIFT = 1.1;
/** With more labels, what several keys say together is too rare to be counted. */
const MOST_LABELS = 20;

/** What the labels of earlier splits predict about one split, without a text being read. */
export interface SharingRow extends Gain {
  readonly split: SplitName;
  readonly examples: number;
  /** Those of them that share a text, or another key, with an example of an earlier split. */
  readonly sharing: number;
  /** The splits whose labels are used. */
  readonly from: readonly SplitName[];
  /** All of the gain's interval is at least `WEAK_GAIN`: scores like this one are no evidence that a model reads. */
  readonly predictable: boolean;
}

/** Shown below the rows. */
export const SHARING_NOTE: Text = {
  en: `Without reading: a rule that sees no text, only the labels of examples in earlier splits that share a text (or, for documents, a title or a site) with an example. Predictable: the interval of its gain is above ${100 * WEAK_GAIN}, so part of a score on the split may come from such labels rather than from reading. \`--split regrouped@1\` shares no question, query or linked pair between splits.`,
  zh: `不读文本：一条不看文本的规则，只依据较早划分中与该样本共用文本（文档则为标题或网站）的样本的标签。可预测：其增益区间高于 ${100 * WEAK_GAIN}，该划分上的得分可能部分来自这些标签而非对文本的理解。\`--split regrouped@1\` 的各划分之间不共用问题、查询或相连的句对。`,
};

/** Predicts examples from the labels of others that share a key with them. */
export interface SharingRule {
  readonly from: readonly SplitName[];
  predict(input: Example['input']): {
    readonly prediction: Prediction;
    /** Whether it has a key that is known; the prediction is the same for all others. */
    readonly isShared: boolean;
  };
}

/** Labels by what identifies a text, from examples that arrive one by one, split by split. */
export interface SharedLabels {
  /** `number`: counts the examples of all splits. */
  take(example: Example, split: SplitName, number: number): void;
  /** The rule for a split, from the labels of all earlier ones. Undefined where there is nothing to learn from. */
  ruleFor(split: SplitName): SharingRule | undefined;
}

/** The items of a split: a label each, and hashes of its keys, `width` of them; NaN where it has none. */
interface Items {
  readonly labels: number[];
  readonly keys: number[];
  /** The fold of its example. */
  readonly folds: number[];
}

/** Keeps about 30 bytes per item. Nothing is collected for families whose examples share no parts. */
export function createSharedLabels(task: Task): SharedLabels {
  const { labelSharing } = familyOf(task);
  const names: string[] = [];
  const bySplit = new Map<SplitName, Items>();
  let width = 0;
  return {
    take({ input, gold }, split, number) {
      if (!labelSharing) return;
      const items = bySplit.get(split) ?? { labels: [], keys: [], folds: [] };
      bySplit.set(split, items);
      for (const { keys, label } of labelSharing.items(input, gold)) {
        width = keys.length;
        if (label === undefined) continue;
        if (!names.includes(label)) names.push(label);
        items.labels.push(names.indexOf(label));
        items.folds.push(scramble(number) % FOLDS);
        items.keys.push(...keys.map(hashKey));
      }
    },
    ruleFor(split) {
      const from = SPLITS.slice(0, SPLITS.indexOf(split)).filter((name) => bySplit.has(name));
      const items = from.map((name) => bySplit.get(name)!).filter(({ labels }) => labels.length > 0);
      if (!labelSharing || items.length === 0 || names.length < 2 || names.length > MOST_LABELS)
        return undefined;
      const expect = learn(items, { width, names, positive: task.positive });
      return {
        from,
        predict(input) {
          const expected = labelSharing.items(input).map(({ keys }) => expect(keys.map(hashKey)));
          return {
            prediction: labelSharing.prediction(expected),
            isShared: expected.some(({ isShared }) => isShared),
          };
        },
      };
    },
  };
}

const hashKey = (key: string): number => (key === '' ? Number.NaN : hashForm(key));

interface Known {
  readonly width: number;
  readonly names: readonly string[];
  readonly positive?: string;
}

/**
 * Learns a decision table. A key says which label it has more often than all items do, if any, or that it is unknown; the
 * cell of an item is what its keys say together, and the table counts the labels of each cell. While a fold is counted, its
 * items are left out of what the keys say. Balanced sampling thus shows: if the other labels of a text are matches, its own
 * tends not to be one.
 */
function learn(splits: readonly Items[], { width, names, positive }: Known) {
  const size = names.length;
  const counts = createKeyCounts(size);
  const inFold = (fold: number, visit: (label: number, keys: readonly number[]) => void): void => {
    for (const { labels, keys, folds } of splits) {
      for (const [i, label] of labels.entries())
        if (folds[i] === fold) visit(label, keys.slice(i * width, (i + 1) * width));
    }
  };
  const cellOf = (keys: readonly number[]): number =>
    keys.reduce((cell, key) => cell * (size + 2) + counts.prevailing(key), 0);
  const cells = new Map<number, Float64Array<ArrayBuffer>>();
  for (let fold = 0; fold < FOLDS; fold++) inFold(fold, (label, keys) => counts.add(keys, label, 1));
  for (let fold = 0; fold < FOLDS; fold++) {
    inFold(fold, (label, keys) => counts.add(keys, label, -1));
    inFold(fold, (label, keys) => {
      const cell = cellOf(keys);
      const found = cells.get(cell) ?? new Float64Array(size);
      found[label]++;
      cells.set(cell, found);
    });
    inFold(fold, (label, keys) => counts.add(keys, label, 1));
  }
  const all = sumOf(counts.totals);
  /** One item of average labels is added to every cell. */
  const sharesOf = (found = new Float64Array(size)): Float64Array =>
    counts.totals.map((total, label) => (found[label] + total / all) / (sumOf(found) + 1));
  const wanted = positive === undefined ? -1 : names.indexOf(positive);
  const cut = wanted < 0 ? 0 : bestCut([...cells.values()], (found) => sharesOf(found)[wanted], wanted);
  const unknown = cellOf(Array.from({ length: width }, () => Number.NaN));
  return (keys: readonly number[]): Expected & { readonly isShared: boolean } => {
    const cell = cellOf(keys);
    const shares = sharesOf(cells.get(cell));
    const likeliest = (without: number): number =>
      shares.reduce((best, share, i) => (i !== without && (best < 0 || share > shares[best]) ? i : best), -1);
    const label = wanted < 0 ? likeliest(-1) : shares[wanted] >= cut ? wanted : likeliest(wanted);
    return {
      label: names[label],
      shares: Object.fromEntries(names.map((name, i) => [name, shares[i]])),
      isShared: cell !== unknown,
    };
  };
}

const sumOf = (values: Float64Array | Uint32Array): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};

/** The smallest share of the positive label that is predicted as positive, for the best F1 over the counted items. */
function bestCut(
  cells: readonly Float64Array<ArrayBuffer>[],
  shareOf: (cell: Float64Array<ArrayBuffer>) => number,
  wanted: number,
): number {
  const gold = cells.reduce((sum, found) => sum + found[wanted], 0);
  let [right, predicted, best, cut] = [0, 0, -1, 0];
  for (const found of [...cells].sort((a, b) => shareOf(b) - shareOf(a))) {
    right += found[wanted];
    predicted += sumOf(found);
    const f1 = (2 * right) / (predicted + gold);
    if (f1 > best) [best, cut] = [f1, shareOf(found)];
  }
  return cut;
}

/** The labels of all items, and of those that have a key. */
function createKeyCounts(size: number) {
  const placeOf = new Map<number, number>();
  const totals = new Float64Array(size);
  let counts = new Uint32Array(1024 * size);
  return {
    totals,
    /** Adds an item, or removes it again. */
    add(keys: readonly number[], label: number, by: 1 | -1): void {
      totals[label] += by;
      for (const key of new Set(keys)) {
        if (Number.isNaN(key)) continue;
        const place = placeOf.get(key) ?? placeOf.size;
        placeOf.set(key, place);
        const at = place * size + label;
        if (at >= counts.length) {
          const longer = new Uint32Array(2 * counts.length);
          longer.set(counts);
          counts = longer;
        }
        counts[at] += by;
      }
    },
    /**
     * The label that a key has more often than all items do: the one with the highest lift. `size` if none has a lift of
     * `LEAST_LIFT`, and `size + 1` for an unknown key.
     */
    prevailing(key: number): number {
      const place = placeOf.get(key);
      if (place === undefined) return size + 1;
      const own = counts.subarray(place * size, (place + 1) * size);
      const items = sumOf(own);
      // all of its items are left out
      if (items === 0) return size + 1;
      const all = sumOf(totals);
      const lifts = totals.map((total, label) => ((own[label] / items) * all) / total);
      const highest = lifts.reduce((best, lift, label) => (lift > (lifts[best] || 0) ? label : best), 0);
      return lifts[highest] >= LEAST_LIFT ? highest : size;
    },
  };
}

/** Scores a rule on the examples of a split. Nothing where no example shares anything. */
export function measureSharing(
  task: Task,
  split: SplitName,
  examples: readonly Example[],
  { rule, conventions }: { readonly rule: SharingRule; readonly conventions: readonly string[] },
): SharingRow[] {
  const answers = examples.map(({ input }) => rule.predict(input));
  const sharing = answers.filter(({ isShared }) => isShared).length;
  if (sharing === 0) return [];
  const predictions = answers.map(({ prediction }) => prediction);
  return measureGains(task, examples, predictions, conventions).map((measured) => ({
    ...{ split, examples: examples.length, sharing, from: rule.from },
    ...measured,
    predictable: measured.gain[0] >= WEAK_GAIN,
  }));
}
