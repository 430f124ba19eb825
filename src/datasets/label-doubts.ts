import { counted } from '../ground/counted.ts';
import type { Text } from '../ground/language.ts';
import type { Example } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import type { Dataset } from './dataset.ts';
import { isHeader } from './formats/columns.ts';
import { openPasses, type Pass } from './passes.ts';

/** Evidence that labels taken from the data are not labels. */
export interface LabelDoubt {
  readonly code: 'header-suspected' | 'distinct-labels' | 'label-in-one-split';
  readonly split: SplitName;
  readonly message: Text;
}

/** With fewer examples, frequencies are inconclusive. */
const MIN_EXAMPLES = 20;
/** More distinct labels than this share of the examples are no classes. */
const MAX_DISTINCT = 0.5;
const SHOWN_LABELS = 5;

/** The labels of a split and how often each occurs. */
interface Counted {
  readonly split: SplitName;
  readonly size: number;
  readonly first: Example;
  readonly counts: ReadonlyMap<string, number>;
  /** Every example has one label. */
  readonly isSingle: boolean;
}

/**
 * What is suspicious about the labels of a task that declares none: a header row read as an example, a column of
 * distinct values, labels that occur in one split only. Nothing where the task declares its labels: there the readers
 * refuse any other; nor where the family has open labels. Throws the UserErrors of `Dataset.split`.
 */
export async function findLabelDoubts(dataset: Dataset): Promise<LabelDoubt[]> {
  if (!dataset.labelsObserved || familyOf(dataset.task).openLabels) return [];
  const splits: Counted[] = [];
  for (const pass of await openPasses(dataset))
    if (pass.hasGold) splits.push(await countLabels(dataset.task, pass));
  const single = splits.filter(({ isSingle }) => isSingle);
  const distinct = single.flatMap((split) => doubtDistinct(split) ?? []);
  const headers = single.flatMap((split) => doubtHeader(dataset, split, splits) ?? []);
  return [...headers, ...distinct, ...(distinct.length > 0 ? [] : doubtSeparate(splits))];
}

async function countLabels(task: Task, pass: Pass): Promise<Counted> {
  const { labels } = familyOf(task);
  const counts = new Map<string, number>();
  let first: Example | undefined;
  let [size, isSingle] = [0, true];
  for await (const examples of pass.examples()) {
    for (const example of examples) {
      first ??= example;
      size++;
      const own = labels(example);
      isSingle &&= own.length === 1;
      for (const label of own) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  }
  if (!first) throw new Error('a split without an example');
  return { split: pass.name, size, first, counts, isSingle };
}

function doubtDistinct({ split, size, counts }: Counted): LabelDoubt | undefined {
  if (size < MIN_EXAMPLES || counts.size <= size * MAX_DISTINCT) return undefined;
  const message = {
    en: `${split} has ${counts.size} distinct labels in ${counted(size, 'example')}: are the columns in another order?`,
    zh: `${split} 的 ${size} 个样本有 ${counts.size} 个不同标签：列的顺序是否有误？`,
  };
  return { code: 'distinct-labels', split, message };
}

/** The first example reads like names of columns, or has a label that nothing else has where every other one repeats. */
function doubtHeader(
  { task }: Dataset,
  { split, size, first, counts }: Counted,
  splits: readonly Counted[],
): LabelDoubt | undefined {
  const { labels, texts } = familyOf(task);
  const [label] = labels(first);
  const total = splits.reduce((sum, other) => sum + (other.counts.get(label) ?? 0), 0);
  const onceOnly = [...counts.values()].filter((count) => count === 1).length;
  const isOdd = size >= MIN_EXAMPLES && total === 1 && onceOnly === 1 && counts.size > 2;
  if (!isHeader([label, ...texts(first.input)]) && !isOdd) return undefined;
  const message = {
    en: `The first record of ${split} may be a header: its label is "${label}". If it is one, remove it.`,
    zh: `${split} 的首条记录可能是表头：其标签为“${label}”。若是表头请删除。`,
  };
  return { code: 'header-suspected', split, message };
}

/** Labels that one split alone has, one doubt for each split. */
function doubtSeparate(splits: readonly Counted[]): LabelDoubt[] {
  if (splits.length < 2) return [];
  return splits.flatMap(({ split, counts }): LabelDoubt[] => {
    const others = splits.filter((other) => other.split !== split);
    const own = [...counts.keys()].filter((label) => others.every((other) => !other.counts.has(label)));
    if (own.length === 0) return [];
    const some = own.slice(0, SHOWN_LABELS).map((label) => JSON.stringify(label));
    const more = own.length > some.length ? ', …' : '';
    const message = {
      en: `${counted(own.length, 'label occurs', 'labels occur')} in ${split} only: ${some.join(', ')}${more}`,
      zh: `${own.length} 个标签只出现在 ${split} 中：${some.join('、')}${more && '…'}`,
    };
    return [{ code: 'label-in-one-split', split, message }];
  });
}
