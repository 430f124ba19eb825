import type { Text } from '../../ground/language.ts';
import type { PublishedScore } from '../task.ts';

/** The common fields of all corpora of the 1.0 release. */
export const RELEASE = {
  licence: 'Apache-2.0',
  source: 'https://github.com/alibaba-research/ChineseBLUE',
} as const;

/** The two columns of tables 3 and 4 of the paper. */
export const published = (
  bert: number,
  mcBert: number,
  note: Text,
  rule?: PublishedScore['rule'],
): readonly PublishedScore[] => [
  { model: 'BERT-base', value: bert, note, rule },
  { model: 'MC-BERT', value: mcBert, note, rule },
];

export const NER_PUBLISHED: Text = {
  en: 'token-tag macro F1 that counts O as a class, on the first 126 tokens only',
  zh: '词元标签宏平均 F1：把 O 也算作一类，且只看前 126 个词元',
};

export const ACCURACY_PUBLISHED: Text = {
  en: 'accuracy on dev, not F1 on test',
  zh: '开发集上的准确率，而非测试集 F1',
};

/** The labels of the three pair corpora. */
export const MATCH_LABELS = [
  { id: '0', meaning: { en: 'does not match', zh: '不匹配' } },
  { id: '1', meaning: { en: 'matches', zh: '匹配' } },
] as const;
