import type { Task } from '../task.ts';
import { CBLUE } from './cblue.ts';
import { IMCS_CORPUS } from './imcs.ts';

export const IMCSV2MRG: Task = {
  ...CBLUE,
  id: 'IMCS-V2-MRG',
  aliases: ['IMCS-MRG'],
  family: 'generation',
  title: {
    en: 'Medical report of a dialogue in six sections, one line per section',
    zh: '医患对话诊疗报告生成（六个部分，每部分一行）',
  },
  corpus: { ...IMCS_CORPUS, format: 'imcs-report' },
  labels: [],
  primary: 'generation/rouge@1',
  published: [
    {
      model: 'T5',
      value: 54.26,
      note: {
        en: 'mean ROUGE on test, with characters outside of its vocabulary all alike, as the baselines of IMCS-21 report it; scores here are on dev',
        zh: '测试集上的平均 ROUGE（词表外字符视为相同，IMCS-21 基线）；此处得分为开发集',
      },
    },
  ],
};
