import type { Suite } from './suite.ts';

export const ccks: Suite = {
  id: 'ccks',
  title: { en: 'Clinical entities of CCKS 2017 to 2019', zh: 'CCKS 2017–2019 电子病历命名实体识别' },
  tasks: ['CCKS2017', 'CCKS2018', 'CCKS2019'],
  submitted: ['CCKS2018'],
  average: {
    en: 'the plain mean of strict micro F1; the years differ in labels and texts, and no such average was published',
    zh: '严格微平均 F1 的算术平均；各年的标签与文本不同，亦无已发表的平均分',
  },
};
