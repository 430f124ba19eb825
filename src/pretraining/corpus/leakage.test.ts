import { describe, expect, it } from 'vitest';
import { comparisonForm } from '../../text/normalise.ts';
import { indexEvaluation } from './leakage.ts';

const index = (...texts: string[]) =>
  indexEvaluation(
    texts.map((text, i) => ({ task: 'cMedQQ', split: i % 2 ? 'test' : 'dev', id: String(i), text })),
  );
const find = (evaluation: ReturnType<typeof index>, ...sentences: string[]) => [
  ...evaluation.find(sentences.map(comparisonForm)),
];

describe('evaluation text', () => {
  const evaluation = index(
    '高血压患者平时能不能吃党参这种补品？',
    '头疼怎么办',
    '一二三四五六七八九十甲乙丙丁戊己庚辛壬癸',
  );

  it('is recognised whatever its punctuation, width and surroundings', () => {
    expect(find(evaluation, '高血压患者，平时能不能吃党参这种补品')).toEqual([0]);
    expect(find(evaluation, '请问高血压患者平时能不能吃党参这种补品呢谢谢')).toEqual([0]);
    expect(evaluation.describe(0)).toEqual({ task: 'cMedQQ', split: 'dev', id: '0' });
  });

  it('is recognised across the sentences of a document', () => {
    expect(find(evaluation, '一二三四五六。', '七八九十甲乙。', '丙丁戊己庚辛。', '今天天气很好。')).toEqual([
      2, 2, 2, -1,
    ]);
  });

  it('is recognised as a whole sentence where it is shorter than an n-gram', () => {
    expect(find(evaluation, '头疼，怎么办？', '我头疼怎么办呢')).toEqual([1, -1]);
  });

  it('is not found in other text', () => {
    expect(find(evaluation, '糖尿病患者平时能不能吃西瓜', '高血压患者平时要注意什么问题呢')).toEqual([
      -1, -1,
    ]);
    expect(find(index(), '头疼怎么办')).toEqual([-1]);
    expect(find(evaluation)).toEqual([]);
  });

  it('is removed where kept sentences together contain it', () => {
    const own = index('一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子丑寅卯');
    const pieces = [
      `${'别'.repeat(20)}一二三四五六七八九十甲乙丙丁戊己`,
      `${'人'.repeat(20)}丙丁戊己庚辛壬癸子丑寅卯`,
      `${'家'.repeat(20)}八九十甲乙丙丁戊己庚辛壬癸子`,
    ];
    expect(pieces.map((piece) => find(own, piece)[0])).toEqual([-1, -1, -1]);
    own.see(pieces[0]);
    expect(own.barContained()).toEqual([]);
    for (const piece of pieces) own.see(piece);
    expect(own.barContained()).toEqual([0]);
    expect(pieces.map((piece) => own.isBarred(piece))).toEqual([true, true, true]);
    expect(own.isBarred('完全无关的一句话没有任何重合之处')).toBe(false);
  });
});
