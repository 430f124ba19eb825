import type { Label } from '../task.ts';

/** The entity types of CMeEE, both versions. */
export const CMEEE_TYPES: readonly Label[] = [
  { id: 'dis', meaning: { en: 'disease', zh: '疾病' } },
  { id: 'sym', meaning: { en: 'clinical manifestation', zh: '临床表现' } },
  { id: 'dru', meaning: { en: 'drug', zh: '药物' } },
  { id: 'equ', meaning: { en: 'medical equipment', zh: '医疗设备' } },
  { id: 'pro', meaning: { en: 'medical procedure', zh: '医疗程序' } },
  { id: 'bod', meaning: { en: 'body', zh: '身体' } },
  { id: 'ite', meaning: { en: 'item of a medical examination', zh: '医学检验项目' } },
  { id: 'mic', meaning: { en: 'microorganism', zh: '微生物类' } },
  { id: 'dep', meaning: { en: 'department', zh: '科室' } },
];
