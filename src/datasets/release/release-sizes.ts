import type { Text } from '../../ground/language.ts';
import type { SplitName, Task } from '../../tasks/task.ts';

/** How many examples the official files hold (counted, not copied from anywhere), and where printed sizes are wrong. */
export interface ReleaseSize {
  readonly sizes: Readonly<Partial<Record<SplitName, number>>>;
  readonly note?: Text;
}

const SIZES: Readonly<Record<string, ReleaseSize>> = {
  cEHRNER: { sizes: { train: 914, dev: 44, test: 41 } },
  cMedQANER: { sizes: { train: 1673, dev: 175, test: 215 } },
  cMedQQ: { sizes: { train: 16071, dev: 1793, test: 1935 } },
  cMedQA: { sizes: { dev: 5475, test: 6149 } },
  cMedIR: { sizes: { dev: 10000, test: 10000 } },
  cMedIC: { sizes: { train: 1683, dev: 123, test: 84 } },
  cMedTC: {
    sizes: { train: 14610, dev: 1550, test: 1800 },
    note: {
      en: 'the sizes that the 1.0 README prints for cMedTC are those of cMedIC, by mistake',
      zh: '1.0 版 README 中 cMedTC 的规模误写成了 cMedIC 的规模',
    },
  },
  CMDD: {
    sizes: { train: 1241, dev: 413, test: 413 },
    note: {
      en: 'the release holds 1241/413/413 dialogues; drafts of the README print one fewer for each split',
      zh: '发布文件含 1241/413/413 段对话；README 的早期稿每个划分少写 1 段',
    },
  },
};

/** The official sizes of a task, as far as known; undefined for corpora that users bring. */
export const releaseSize = (task: Task): ReleaseSize | undefined =>
  task.access === 'public' ? SIZES[task.corpus.folder] : undefined;
