import type { Task } from '../task.ts';

export const CMDD: Task = {
  id: 'CMDD',
  aliases: [],
  family: 'dialogue',
  domain: { en: 'dialogue', zh: '医患对话' },
  title: { en: 'Symptoms in doctor–patient dialogues', zh: '医患对话症状诊断' },
  access: 'public',
  corpus: {
    folder: 'CMDD',
    format: 'dialogue-json',
    files: { train: 'train', dev: 'dev', test: 'test' },
    licence: 'not stated in the corpus; released with ChineseBLUE (Apache-2.0)',
    source: 'EMNLP 2019, D19-1508, through https://github.com/alibaba-research/ChineseBLUE',
  },
  labels: [
    { id: 'true', meaning: { en: 'the patient has it', zh: '有' } },
    { id: 'false', meaning: { en: 'the patient does not have it', zh: '无' } },
    { id: 'uncertain', meaning: { en: 'not certain', zh: '不确定' } },
  ],
  primary: 'dialogue/symptom-inference-f1@1',
  published: [],
};
