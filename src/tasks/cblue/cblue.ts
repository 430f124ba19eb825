import type { Text } from '../../ground/language.ts';
import type { PublishedScore, Task } from '../task.ts';

/** The common fields of all tasks of CBLUE: the files come from archives that its site offers to registered users. */
export const CBLUE = {
  domain: { en: 'medical', zh: '医疗' },
  access: 'user',
  judged: 'dev',
  corpus: {
    archive: 'cblue',
    licence: 'as agreed to at registration',
    source: 'https://tianchi.aliyun.com/cblue',
  },
} as const satisfies Partial<Task> | { readonly corpus: object };

const NOTE: Text = {
  en: 'the official metric on the hidden test set, as the first version of CBLUE was published; scores here are on dev',
  zh: '隐藏测试集上的官方指标（CBLUE 首版论文）；此处得分为开发集',
};

/** A row of the table of the first version. */
export const published = (
  bert: number,
  roberta: number,
  macbert: number,
  human: number,
): readonly PublishedScore[] => [
  { model: 'BERT-base', value: bert, note: NOTE },
  { model: 'RoBERTa-wwm-ext', value: roberta, note: NOTE },
  { model: 'MacBERT-large', value: macbert, note: NOTE },
  { model: 'human', value: human, note: NOTE },
];
