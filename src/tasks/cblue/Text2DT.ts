import type { Label, Task } from '../task.ts';
import { CBLUE } from './cblue.ts';

const label = (id: string, en: string): Label => ({ id, meaning: { en, zh: id } });

export const Text2DT: Task = {
  ...CBLUE,
  id: 'Text2DT',
  aliases: [],
  family: 'decision-tree',
  title: { en: 'Decision trees from medical guidelines', zh: '医疗文本诊疗决策树抽取' },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/Text2DT',
    format: 'text2dt',
    files: { train: 'Text2DT_train.json', dev: 'Text2DT_dev.json', test: 'Text2DT_test.json' },
  },
  labels: [
    label('临床表现', 'clinical finding'),
    label('治疗药物', 'drug for the treatment'),
    label('用法用量', 'use and dose'),
    label('治疗方案', 'treatment'),
    label('禁用药物', 'drug that must not be used'),
    label('基本情况', 'circumstances'),
  ],
  primary: 'decision-tree/edit-ratio@1',
  published: [],
};
