import { expect, it } from 'vitest';
import type { AgreementReport } from '../../datasets/imports/agreement.ts';
import { annotators } from './annotators.ts';

const interval = { estimate: 0.5, low: 0.25, high: 0.75 } as NonNullable<AgreementReport['alpha']>;
const report: AgreementReport = {
  ...{ annotators: ['ann', 'bob'], records: 3, differing: 1, adjudication: 'majority' },
  entityAlpha: interval,
  labels: {
    byLabel: [{ label: '<dis>', marked: 4, agreed: 2 }],
    confusions: [{ labels: ['dis', 'sym'], count: 7 }],
  },
  pairs: [{ a: 'ann', b: 'bob', records: 3, entities: interval }],
  disagreements: [
    {
      ...{ file: 'x.jsonl', line: 2, id: '9' },
      readings: [
        { annotator: 'ann', marks: '0-2 dis' },
        { annotator: 'bob', marks: '0-2 sym' },
      ],
    },
  ],
};

it('shows figures, labels, confusions and the records on which annotators disagree', () => {
  const markup = annotators(report)?.markup ?? '';
  for (const part of [
    '0.500 [0.250, 0.750]',
    '&lt;dis&gt;',
    '50.0 %',
    'dis / sym',
    '9 · x.jsonl:2',
    '0-2 sym',
  ])
    expect(markup).toContain(part);
  expect(markup).toContain('3 条多人标注的记录中 1 条不一致');
  expect(markup).not.toContain('<dis>');
  expect(annotators(undefined)).toBeUndefined();
});
