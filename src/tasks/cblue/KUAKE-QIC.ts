import type { Task } from '../task.ts';
import { CBLUE, published } from './cblue.ts';

export const KUAKEQIC: Task = {
  ...CBLUE,
  id: 'KUAKE-QIC',
  aliases: [],
  family: 'classification',
  title: { en: 'Intent of a search query', zh: '医疗搜索检索词意图分类' },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/KUAKE-QIC',
    format: 'cblue-labels',
    files: { train: 'KUAKE-QIC_train.json', dev: 'KUAKE-QIC_dev.json', test: 'KUAKE-QIC_test.json' },
  },
  labels: [
    { id: '病情诊断', meaning: { en: 'diagnosis', zh: '病情诊断' } },
    { id: '病因分析', meaning: { en: 'cause', zh: '病因分析' } },
    { id: '治疗方案', meaning: { en: 'treatment', zh: '治疗方案' } },
    { id: '就医建议', meaning: { en: 'where and whether to see a doctor', zh: '就医建议' } },
    { id: '指标解读', meaning: { en: 'what a test value means', zh: '指标解读' } },
    { id: '疾病表述', meaning: { en: 'what a disease is', zh: '疾病表述' } },
    { id: '后果表述', meaning: { en: 'consequences', zh: '后果表述' } },
    { id: '注意事项', meaning: { en: 'precautions', zh: '注意事项' } },
    { id: '功效作用', meaning: { en: 'effects of a drug or food', zh: '功效作用' } },
    { id: '医疗费用', meaning: { en: 'costs', zh: '医疗费用' } },
    { id: '其他', meaning: { en: 'other', zh: '其他' } },
  ],
  primary: 'classification/accuracy@1',
  published: published(84.3, 85.5, 82.7, 88.0),
};
