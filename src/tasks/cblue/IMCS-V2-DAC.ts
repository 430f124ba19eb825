import type { Task } from '../task.ts';
import { CBLUE } from './cblue.ts';
import { IMCS_CORPUS, imcsPublished } from './imcs.ts';

export const IMCSV2DAC: Task = {
  ...CBLUE,
  id: 'IMCS-V2-DAC',
  aliases: ['IMCS-IR'],
  family: 'dialogue-acts',
  title: { en: 'Dialogue acts in doctor–patient dialogues', zh: '医患对话意图识别' },
  corpus: { ...IMCS_CORPUS, format: 'imcs-acts' },
  labels: [
    { id: 'Request-Symptom', meaning: { en: 'asks about symptoms', zh: '询问症状' } },
    { id: 'Inform-Symptom', meaning: { en: 'tells about symptoms', zh: '告知症状' } },
    { id: 'Request-Etiology', meaning: { en: 'asks about the cause', zh: '询问病因' } },
    { id: 'Inform-Etiology', meaning: { en: 'tells about the cause', zh: '告知病因' } },
    { id: 'Request-Basic_Information', meaning: { en: 'asks about basic information', zh: '询问基本信息' } },
    { id: 'Inform-Basic_Information', meaning: { en: 'tells about basic information', zh: '告知基本信息' } },
    {
      id: 'Request-Existing_Examination_and_Treatment',
      meaning: { en: 'asks about earlier examinations and treatment', zh: '询问已有检查和治疗' },
    },
    {
      id: 'Inform-Existing_Examination_and_Treatment',
      meaning: { en: 'tells about earlier examinations and treatment', zh: '告知已有检查和治疗' },
    },
    { id: 'Request-Drug_Recommendation', meaning: { en: 'asks about drugs', zh: '询问用药建议' } },
    { id: 'Inform-Drug_Recommendation', meaning: { en: 'tells about drugs', zh: '告知用药建议' } },
    { id: 'Request-Medical_Advice', meaning: { en: 'asks about what to do', zh: '询问就医建议' } },
    { id: 'Inform-Medical_Advice', meaning: { en: 'tells about what to do', zh: '告知就医建议' } },
    { id: 'Request-Precautions', meaning: { en: 'asks about precautions', zh: '询问注意事项' } },
    { id: 'Inform-Precautions', meaning: { en: 'tells about precautions', zh: '告知注意事项' } },
    { id: 'Diagnose', meaning: { en: 'diagnoses', zh: '诊断' } },
    { id: 'Other', meaning: { en: 'other', zh: '其他' } },
  ],
  primary: 'dialogue-acts/accuracy@1',
  published: imcsPublished(81.65),
};
