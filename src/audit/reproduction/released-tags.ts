/**
 * The tags of a released NER script in the order of its list. Ids begin at 1 (0 is padding), and the two ids after
 * the last tag are `[CLS]` and `[SEP]`. Facts read in `finetune_cEHRNER.py` and `finetune_cMedQANER.py`.
 */
export interface ReleasedTags {
  readonly task: string;
  readonly tags: readonly string[];
  /** Ids 1 to this one are averaged: `O` is among them, the last tags are not. */
  readonly lastScored: number;
}

const withTypes = (types: readonly string[]): string[] => [
  'O',
  ...types.flatMap((type) => [`B_${type}`, `I_${type}`]),
];

export const RELEASED_TAGS: readonly ReleasedTags[] = [
  {
    task: 'cEHRNER',
    tags: withTypes(['疾病和诊断', '药物', '手术', '影像检查', '实验室检验', '症状', '解剖部位']),
    lastScored: 14,
  },
  {
    task: 'cMedQANER',
    tags: withTypes([
      ...['symptom', 'disease', 'drug', 'treatment', 'test', 'body'],
      ...['crowd', 'feature', 'physiology', 'department', 'time'],
    ]),
    lastScored: 21,
  },
];
