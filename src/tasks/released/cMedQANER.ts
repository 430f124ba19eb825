import type { Task } from '../task.ts';
import { NER_PUBLISHED, published, RELEASE } from './release.ts';

export const cMedQANER: Task = {
  id: 'cMedQANER',
  aliases: ['CMedQANER'],
  family: 'ner',
  domain: { en: 'medical', zh: '医疗问答' },
  title: { en: 'Entities in community question answering', zh: '社区问答命名实体识别' },
  access: 'public',
  corpus: {
    ...RELEASE,
    folder: 'cMedQANER',
    format: 'mentions-jsonl',
    files: { train: 'train.json', dev: 'dev.json', test: 'test.json' },
    alternative: { format: 'bio', files: { train: 'train.txt', dev: 'dev.txt', test: 'test.txt' } },
  },
  labels: [
    { id: 'disease', meaning: { en: 'disease', zh: '疾病' } },
    { id: 'symptom', meaning: { en: 'symptom', zh: '症状' } },
    { id: 'body', meaning: { en: 'body part', zh: '身体部位' } },
    { id: 'treatment', meaning: { en: 'treatment', zh: '治疗' } },
    { id: 'drug', meaning: { en: 'drug', zh: '药物' } },
    { id: 'crowd', meaning: { en: 'group of people', zh: '人群' } },
    { id: 'test', meaning: { en: 'examination', zh: '检查' } },
    { id: 'physiology', meaning: { en: 'physiological term', zh: '生理' } },
    { id: 'feature', meaning: { en: 'feature of a disease', zh: '特征' } },
    { id: 'time', meaning: { en: 'time', zh: '时间' } },
    { id: 'department', meaning: { en: 'hospital department', zh: '科室' } },
  ],
  primary: 'ner/strict/micro/full-text/json@1',
  published: published(86.3, 88.1, NER_PUBLISHED),
};
