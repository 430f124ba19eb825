import { CMDD } from '../released/CMDD.ts';
import type { Task } from '../task.ts';
import { CBLUE } from './cblue.ts';
import { IMCS_CORPUS, imcsPublished } from './imcs.ts';

export const IMCSV2SR: Task = {
  ...CBLUE,
  id: 'IMCS-V2-SR',
  aliases: ['IMCS-SR'],
  family: 'dialogue',
  title: { en: 'Symptoms in doctor–patient dialogues and their status', zh: '医患对话症状识别' },
  corpus: { ...IMCS_CORPUS, format: 'imcs-symptoms' },
  labels: CMDD.labels,
  primary: 'dialogue/symptom-inference-f1@1',
  published: imcsPublished(67.49),
};
