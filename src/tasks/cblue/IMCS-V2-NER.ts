import type { Task } from '../task.ts';
import { CBLUE } from './cblue.ts';
import { IMCS_CORPUS, imcsPublished } from './imcs.ts';

export const IMCSV2NER: Task = {
  ...CBLUE,
  id: 'IMCS-V2-NER',
  aliases: ['IMCS-NER'],
  family: 'ner',
  title: { en: 'Entities in doctor–patient dialogues', zh: '医患对话命名实体识别' },
  corpus: { ...IMCS_CORPUS, format: 'imcs-ner' },
  labels: [
    { id: 'Symptom', meaning: { en: 'symptom', zh: '症状' } },
    { id: 'Drug', meaning: { en: 'drug', zh: '药品名' } },
    { id: 'Drug_Category', meaning: { en: 'class of drugs', zh: '药物类别' } },
    { id: 'Medical_Examination', meaning: { en: 'examination', zh: '检查' } },
    { id: 'Operation', meaning: { en: 'operation', zh: '操作' } },
  ],
  primary: 'ner/strict/micro/full-text/json@1',
  published: imcsPublished(87.3),
};
