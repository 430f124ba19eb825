import { expect, it } from 'vitest';
import { locate } from './locate.ts';

const treats = {
  subject: '肺炎',
  predicate: '药物治疗',
  object: '青霉素',
  subjectType: '疾病',
  objectType: '药物',
};

it('finds every place of subjects and objects', () => {
  expect(locate('肺炎用青霉素，肺炎', [treats])).toEqual([
    { start: 0, end: 2, type: '疾病' },
    { start: 3, end: 6, type: '药物' },
    { start: 7, end: 9, type: '疾病' },
  ]);
});

it('keeps the longest where strings overlap', () => {
  const longer = { ...treats, subject: '小儿肺炎' };
  expect(locate('小儿肺炎', [treats, longer])).toEqual([{ start: 0, end: 4, type: '疾病' }]);
});

it('leaves out strings that are not in the text, and empty ones', () => {
  expect(locate('头痛', [treats, { ...treats, subject: '' }])).toEqual([]);
});

it('gives strings without type a separate one, and strings with several the most frequent', () => {
  expect(locate('肺炎', [{ subject: '肺炎', predicate: 'p', object: 'x' }])[0].type).toBe('entity');
  const triples = [{ ...treats, subjectType: '症状' }, treats, { ...treats, object: '阿司匹林' }];
  expect(locate('肺炎', triples)[0].type).toBe('疾病');
});
