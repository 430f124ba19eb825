import type { Unit } from '../datasets/units.ts';
import type { OpenedRun } from '../evaluation/opened.ts';
import { counted } from '../ground/counted.ts';
import type { Text } from '../ground/language.ts';

/** What limits a comparison of these runs. */
export function noticesOf(runs: readonly OpenedRun[], units: readonly Unit[]): Text[] {
  const notices: Text[] = [];
  const [{ examples, record }] = runs;
  if (record.synthetic) {
    notices.push({
      en: 'The corpus is a synthetic sample: the comparison says nothing about real text.',
      zh: '语料为合成样例：比较结果不代表真实文本。',
    });
  }
  const part = runs.find((run) => run.record.examples.of !== undefined)?.record.examples.of;
  if (part !== undefined) {
    notices.push({
      en: `Partial: ${examples.length} of ${counted(part, 'example')}, drawn at random.`,
      zh: `部分评测：从 ${part} 个样本中随机抽取 ${examples.length} 个。`,
    });
  }
  if (units.length < examples.length) {
    notices.push({
      en: `${examples.length} examples are ${counted(units.length, 'independent unit')}: intervals and the permutation test treat units, McNemar's test examples, as independent.`,
      zh: `${examples.length} 个样本构成 ${units.length} 个独立单元：区间与置换检验以单元为独立，McNemar 检验以样本为独立。`,
    });
  }
  const training = ({ record: { corpus, splitRule } }: OpenedRun): string =>
    JSON.stringify([splitRule, corpus.map(({ path, sha256 }) => [path, sha256]).sort()]);
  if (runs.some((run) => training(run) !== training(runs[0]))) {
    notices.push({
      en: 'The systems were trained on different data, which may cause a difference.',
      zh: '各系统的训练数据不同：差异可能由此而来。',
    });
  }
  return notices;
}
