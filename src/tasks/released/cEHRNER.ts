import type { Task } from '../task.ts';
import { NER_PUBLISHED, published, RELEASE } from './release.ts';

export const cEHRNER: Task = {
  id: 'cEHRNER',
  aliases: ['CEMRNER'],
  family: 'ner',
  domain: { en: 'clinical', zh: '临床' },
  title: { en: 'Entities in electronic health records', zh: '电子病历命名实体识别' },
  access: 'public',
  corpus: {
    ...RELEASE,
    folder: 'cEHRNER',
    format: 'mentions-jsonl',
    files: { train: 'train.json', dev: 'dev.json', test: 'test.json' },
    alternative: { format: 'bio', files: { train: 'train.txt', dev: 'dev.txt', test: 'test.txt' } },
  },
  labels: [
    { id: '疾病和诊断', meaning: { en: 'disease or diagnosis', zh: '疾病和诊断' } },
    { id: '手术', meaning: { en: 'operation', zh: '手术' } },
    { id: '解剖部位', meaning: { en: 'body part', zh: '解剖部位' } },
    { id: '药物', meaning: { en: 'drug', zh: '药物' } },
    { id: '症状', meaning: { en: 'symptom', zh: '症状' } },
    { id: '影像检查', meaning: { en: 'imaging examination', zh: '影像检查' } },
    { id: '实验室检验', meaning: { en: 'laboratory test', zh: '实验室检验' } },
  ],
  primary: 'ner/strict/micro/full-text/json@1',
  published: published(88.2, 90.0, NER_PUBLISHED),
};
