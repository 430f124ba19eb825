import { expect, it } from 'vitest';
import { createImports } from './fixtures/imported.ts';
import { guessFields } from './guess-fields.ts';

const rows = <T>(make: (i: number) => T): T[] => Array.from({ length: 12 }, (_, i) => make(i));

it('takes the only column of rarely repeated words as the text, the only one of few short values as the class', () => {
  const sheet = rows((i) => ({
    就诊号: `${1000 + i}`,
    患者: `P${i % 7}`,
    主诉: `上腹隐痛${i}天，伴反酸`,
    去向: ['内科', '外科'][i % 2],
    登记时间: `2026-03-${10 + i} 08:00:00`,
    字数: '',
  }));
  expect(guessFields(sheet, {})).toEqual({ text: '主诉', label: '去向' });
  expect(
    guessFields(
      rows((i) => ({ body: `pain for ${i} days`, grade: i % 3 })),
      {},
    ),
  ).toEqual({
    ...{ text: 'body', label: 'grade' },
  });
});

it('guesses only the text where the class is given', () => {
  const sheet = rows((i) => ({ 主诉: `上腹隐痛${i}天，伴反酸`, 类别: 'ab'[i % 2], 性别: '男女'[i % 2] }));
  expect(guessFields(sheet, { label: '类别' })).toEqual({ text: '主诉' });
});

it('takes two columns of words whose names differ only in their ending as a pair', () => {
  const pairs = rows((i) => ({ 问句1: `感冒${i}`, 问句2: `着凉${i}`, 是否同义: '是否'[i % 2] }));
  expect(guessFields(pairs, {})).toEqual({ text1: '问句1', text2: '问句2', label: '是否同义' });
});

it('does not guess in doubt: two texts, two classes, none, few records, other kinds of fields', () => {
  const text = (i: number): string => `上腹隐痛${i}天，伴反酸`;
  const one = (i: number) => ({ 主诉: text(i), 去向: ['内科', '外科'][i % 2] });
  expect(
    guessFields(
      rows((i) => ({ ...one(i), 住址: `光明路${i}号三单元` })),
      {},
    ),
  ).toBeUndefined();
  expect(
    guessFields(
      rows((i) => ({ ...one(i), 性别: '男女'[i % 2] })),
      {},
    ),
  ).toBeUndefined();
  expect(
    guessFields(
      rows((i) => ({ 主诉: text(i), 编码: `A${i}` })),
      {},
    ),
  ).toBeUndefined();
  expect(guessFields(rows(one).slice(0, 5), {})).toBeUndefined();
  expect(guessFields(rows(one), { id: '主诉' })).toBeUndefined();
});

const { fromContents } = createImports();

it('guesses where names are uninformative, and reports the guess', async () => {
  const table = (header: string): string =>
    `${header}\n${rows((i) => `${i},上腹隐痛${i}天伴反酸,${i % 2 ? '内科' : '外科'}\n`).join('')}`;
  const { report, records } = await fromContents({ 'test.csv': table('序号,主诉,去向') });
  expect([report.family, report.sources[0].fields]).toEqual([
    'classification',
    { id: '序号', text: '主诉', label: '去向' },
  ]);
  expect((await records('test'))[1]).toEqual({ id: '1', text: '上腹隐痛1天伴反酸', label: '内科' });
  // A name that is known goes before contents.
  const named = await fromContents({ 'test.csv': table('序号,文本,去向') }).catch(({ code }) => code);
  expect(named).toBe('no-gold');
});
