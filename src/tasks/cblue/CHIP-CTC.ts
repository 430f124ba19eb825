import { cMedTC } from '../released/cMedTC.ts';
import type { Task } from '../task.ts';
import { CBLUE, published } from './cblue.ts';

export const CHIPCTC: Task = {
  ...CBLUE,
  id: 'CHIP-CTC',
  aliases: [],
  family: 'classification',
  title: { en: 'Eligibility criteria of clinical trials', zh: '临床试验筛选标准短文本分类' },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/CHIP-CTC',
    format: 'cblue-labels',
    files: { train: 'CHIP-CTC_train.json', dev: 'CHIP-CTC_dev.json', test: 'CHIP-CTC_test.json' },
  },
  // All 42 classes of cMedTC, of the same annotation scheme, and two that it lacks.
  labels: [
    ...cMedTC.labels,
    {
      id: 'Non-Neoplasm Disease Stage',
      meaning: { en: 'stage of a disease other than a neoplasm', zh: '疾病分期' },
    },
    {
      id: 'Special Patient Characteristic',
      meaning: { en: 'special characteristic of the patient', zh: '特殊病人特征' },
    },
  ],
  primary: 'classification/macro-f1/observed@1',
  published: published(69.2, 69.4, 68.6, 78.0),
};
