import type { JudgedSplit } from '../datasets/dataset.ts';
import { choice, flag, list, text } from '../ground/parameters.ts';
import { SPLITS } from '../tasks/task.ts';

// Options that several commands share, each declared once; a command spreads those that it has.

export const TASK = {
  task: list({ placeholder: 'name', summary: { en: 'the task', zh: '任务' } }),
};
export const SUITE = {
  suite: text({
    placeholder: 'name',
    summary: {
      en: 'every task of a suite with available data, and the average over them',
      zh: '运行任务集中数据齐备的全部任务，并给出平均分',
    },
  }),
};
export const TASK_FILE = {
  taskFile: text({
    placeholder: 'file',
    summary: {
      en: 'a file that declares your own task (JSON or a module)',
      zh: '声明自定义任务的文件（JSON 或模块）',
    },
  }),
};
export const DATA_DIR = {
  dataDir: text({
    placeholder: 'dir',
    summary: {
      en: 'directory of the corpora (default: CHINESEBLUE_DATA, else your cache directory)',
      zh: '语料目录（默认 CHINESEBLUE_DATA，否则为用户缓存目录）',
    },
  }),
};
export const RUNS_DIR = {
  runsDir: text({
    placeholder: 'dir',
    default: 'runs',
    summary: { en: 'directory of the runs', zh: '运行结果目录' },
  }),
};
export const DRY_RUN = {
  dryRun: flag({
    default: false,
    summary: {
      en: 'only print the number of calls, tokens and cost of models that call a service',
      zh: '仅输出调用服务的模型所需的调用数、token 数与费用',
    },
  }),
};
export const RESULTS = {
  results: text({
    placeholder: 'file',
    summary: { en: 'also write the table as a Markdown page', zh: '同时将结果表写成 Markdown 页面' },
  }),
};

// listed again here because this module is read at every start of the program, and the registry of schemes is large
const FOLD_NAMES = [
  'fold-1-of-5@1',
  'fold-2-of-5@1',
  'fold-3-of-5@1',
  'fold-4-of-5@1',
  'fold-5-of-5@1',
] as const satisfies readonly JudgedSplit[];
export const SPLIT_NAMES = [
  ...SPLITS,
  'regrouped@1',
  ...FOLD_NAMES,
] as const satisfies readonly JudgedSplit[];
export const SPLIT = {
  split: choice(SPLIT_NAMES, {
    summary: {
      en: 'split to use (default: test, or dev if the gold of test was never released); regrouped@1: all splits pooled and split again without shared text; fold-N-of-5@1: fold N of train and dev',
      zh: '所用的划分（默认 test；从未发布测试集金标的任务为 dev）；regrouped@1 为合并后重新划分，互不重叠；fold-N-of-5@1 为训练集与开发集五份中的第 N 份',
    },
  }),
};
export const SOURCE = {
  source: choice(['primary', 'alternative'], {
    default: 'primary',
    summary: {
      en: 'format of the corpus; alternative: the BIO files of the NER corpora',
      zh: '语料格式；alternative 为 NER 语料的 BIO 文件',
    },
  }),
};
export const SUBSETS = {
  subsets: text({
    placeholder: 'dir',
    summary: {
      en: 'also score the subsets that `data audit --write-clean` wrote there',
      zh: '同时对 `data audit --write-clean` 写出的子集评分',
    },
  }),
};
