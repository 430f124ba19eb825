import type { Text } from '../ground/language.ts';
import type { Example } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { SplitName } from '../tasks/task.ts';
import type { Dataset } from './dataset.ts';
import { isHeader } from './formats/columns.ts';

/** Something about labels that were taken from the data which suggests that they are none. */
export interface LabelDoubt {
  readonly code: 'header-suspected' | 'distinct-labels' | 'label-in-one-split';
  readonly split: SplitName;
  readonly message: Text;
}

/** With fewer examples, frequencies say nothing. */
const MIN_EXAMPLES = 20;
/** More distinct labels than this share of the examples are no classes. */
const MAX_DISTINCT = 0.5;
const SHOWN_LABELS = 5;

/** The labels of a split and how often each occurs. */
interface Counted {
  readonly split: SplitName;
  readonly examples: readonly Example[];
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * What is suspicious about the labels of a task that declares none: a header row read as an example, a column of
 * distinct values, labels that occur in one split only. Nothing where the task declares its labels: there the readers
 * refuse any other. Throws the UserErrors of `Dataset.split`.
 */
export async function findLabelDoubts(dataset: Dataset): Promise<LabelDoubt[]> {
  if (!dataset.labelsObserved) return [];
  const { labels } = familyOf(dataset.task);
  const splits: Counted[] = [];
  for (const name of dataset.splits) {
    const split = await dataset.split(name);
    if (!split.hasGold) continue;
    const counts = new Map<string, number>();
    for (const example of split.examples)
      for (const label of labels(example)) counts.set(label, (counts.get(label) ?? 0) + 1);
    splits.push({ split: name, examples: split.examples, counts });
  }
  const single = splits.filter(({ examples }) => examples.every((example) => labels(example).length === 1));
  const distinct = single.flatMap((split) => doubtDistinct(split) ?? []);
  const headers = single.flatMap((split) => doubtHeader(dataset, split, splits) ?? []);
  return [...headers, ...distinct, ...(distinct.length > 0 ? [] : doubtSeparate(splits))];
}

function doubtDistinct({ split, examples, counts }: Counted): LabelDoubt | undefined {
  if (examples.length < MIN_EXAMPLES || counts.size <= examples.length * MAX_DISTINCT) return undefined;
  const message = {
    en: `${split} has ${counts.size} distinct labels in ${examples.length} examples: are the columns in another order?`,
    zh: `${split} 的 ${examples.length} 个样本有 ${counts.size} 个不同标签：列的顺序是否有误？`,
  };
  return { code: 'distinct-labels', split, message };
}

/** The first example reads like names of columns, or has a label that nothing else has where every other one repeats. */
function doubtHeader(
  { task }: Dataset,
  { split, examples, counts }: Counted,
  splits: readonly Counted[],
): LabelDoubt | undefined {
  const [first] = examples;
  const { labels, texts } = familyOf(task);
  const [label] = labels(first);
  const total = splits.reduce((sum, other) => sum + (other.counts.get(label) ?? 0), 0);
  const onceOnly = [...counts.values()].filter((count) => count === 1).length;
  const isOdd = examples.length >= MIN_EXAMPLES && total === 1 && onceOnly === 1 && counts.size > 2;
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
      en: `${own.length} labels occur in ${split} only: ${some.join(', ')}${more}`,
      zh: `${own.length} 个标签只出现在 ${split} 中：${some.join('、')}${more && '…'}`,
    };
    return [{ code: 'label-in-one-split', split, message }];
  });
}
