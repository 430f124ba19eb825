import type { Suite } from './suite.ts';

export const chineseblue: Suite = {
  id: 'chineseblue',
  title: { en: 'ChineseBLUE as released', zh: 'ChineseBLUE（已发布部分）' },
  tasks: ['cEHRNER', 'cMedQANER', 'cMedQQ', 'cMedQA', 'cMedQNLI', 'cMedIR', 'cMedIC', 'cMedTC', 'CMDD'],
  average: {
    en: 'the plain mean of the primary scores, each by its own convention',
    zh: '各任务主指标的算术平均，各按其口径',
  },
};
