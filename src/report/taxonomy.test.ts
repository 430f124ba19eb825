import { describe, expect, it } from 'vitest';
import { imaginedRun, taskNamed } from '../evaluation/fixtures/imagined.ts';
import type { Prediction } from '../tasks/examples.ts';
import type { SymptomStatus } from '../tasks/families/dialogue/types.ts';
import type { Entity } from '../tasks/families/ner/types.ts';
import { KINDS, kindIds, kinds, SHAPES } from './error-kinds.ts';
import { findErrors, showExamples } from './run-errors.ts';

/** Kinds of every error of one NER example; entities are written as `text/type`, the n-th occurrence as `text#n/type`. */
function nerKinds(
  text: string,
  gold: readonly string[],
  answer: readonly string[],
  more: readonly string[] = [],
): string[][] {
  const locate =
    (within: string) =>
    (written: string): Entity => {
      const [, mention, nth, type] = /^(.+?)(?:#(\d))?\/(.+)$/.exec(written)!;
      let start = -1;
      for (let n = 0; n <= Number(nth ?? 0); n++) start = within.indexOf(mention, start + 1);
      return { start, end: start + mention.length, type };
    };
  const example = (id: string, content: string, entities: readonly string[]) => ({
    id,
    input: { text: content },
    gold: { entities: entities.map(locate(content)) },
  });
  const elsewhere = more.map((written, i) => example(`more${i}`, written.split('/')[0], [written]));
  const examples = [example('0', text, gold), ...elsewhere];
  const run = imaginedRun({
    task: taskNamed('cMedQANER'),
    examples,
    predictions: [{ entities: answer.map(locate(text)) }, ...elsewhere.map(({ gold }) => gold)],
  });
  return findErrors(run, showExamples(run)).errors[0].map((error) => kindIds(error.kinds));
}

describe('entities', () => {
  it.each<[string, string, string[], string[], string[][]]>([
    ['nothing wrong', '患者高血压', ['高血压/disease'], ['高血压/disease'], []],
    ['missed', '患者高血压', ['高血压/disease'], [], [['missed']]],
    ['spurious', '患者高血压', [], ['患者/crowd'], [['spurious']]],
    ['another type', '患者高血压', ['高血压/disease'], ['高血压/symptom'], [['type']]],
    ['one character off', '有胃溃疡史', ['胃溃疡/disease'], ['胃溃疡史/disease'], [['boundary-one']]],
    ['one off at both ends', '有胃溃疡史', ['胃溃疡/disease'], ['有胃溃疡史/disease'], [['boundary-one']]],
    ['further off', '反复发作性偏头痛', ['反复发作性偏头痛/disease'], ['偏头痛/disease'], [['boundary']]],
    ['body part lost', '右肺癌术后', ['右肺癌/disease'], ['癌/disease'], [['boundary', 'body-prefix']]],
    [
      'body part taken in',
      '左肾切除',
      ['切除/treatment'],
      ['左肾切除/treatment'],
      [['boundary', 'body-prefix']],
    ],
    ['what is in front is no body part', '急性肺炎', ['急性肺炎/disease'], ['肺炎/disease'], [['boundary']]],
    ['inner one of nested gold', '肺癌', ['肺癌/disease', '肺/body'], ['肺癌/disease'], [['nested']]],
    ['outer one of nested gold', '肺癌', ['肺癌/disease', '肺/body'], ['肺/body'], [['nested']]],
    ['one too many inside', '肺癌', ['肺癌/disease'], ['肺癌/disease', '肺/body'], [['nested']]],
    ['full-width bracket', '胃炎（轻）', ['胃炎/disease'], ['胃炎（/disease'], [['boundary-one', 'width']]],
    ['figure and unit', '服药3天后', ['3天/time'], [], [['missed', 'number']]],
    [
      'figure at the boundary',
      '二甲双胍0.5',
      ['二甲双胍/drug'],
      ['二甲双胍0.5/drug'],
      [['boundary', 'number']],
    ],
    ['Latin short form', '查CT平扫', ['CT/test'], [], [['missed', 'abbreviation']]],
    ['Chinese short form', '慢阻肺急发', ['慢阻肺/disease'], [], [['missed', 'abbreviation']]],
    ['a unit is no short form', '体重60kg', [], ['60kg/feature'], [['spurious', 'number']]],
  ])('%s', (_name, text, gold, answer, expected) => {
    expect(nerKinds(text, gold, answer)).toEqual(expected);
  });

  it('recognises body parts from gold', () => {
    const text = '盲袢囊肿';
    expect(nerKinds(text, ['盲袢囊肿/disease'], ['囊肿/disease'])).toEqual([['boundary']]);
    expect(nerKinds(text, ['盲袢囊肿/disease'], ['囊肿/disease'], ['盲袢/body'])).toEqual([
      ['boundary', 'body-prefix'],
    ]);
  });

  it('recognises other spellings of a mention from gold', () => {
    expect(nerKinds('感染hpv了', ['hpv/disease'], [], ['HPV/disease'])).toEqual([
      ['missed', 'case', 'abbreviation'],
    ]);
    expect(nerKinds('维生素Ｂ', ['维生素Ｂ/drug'], [], ['维生素B/drug'])).toEqual([['missed', 'width']]);
    expect(nerKinds('维生素Ｂ', ['维生素Ｂ/drug'], [], ['维生素b/drug'])).toEqual([
      ['missed', 'width', 'case'],
    ]);
  });
});

describe('dialogues', () => {
  const status = (name: string, value: SymptomStatus) => ({ name, status: value });
  const errorsOf = (gold: ReturnType<typeof status>[], answer: ReturnType<typeof status>[]): string[][] => {
    const examples = [
      {
        id: '0',
        input: { turns: [{ speaker: '医生', text: '发烧吗' }] },
        gold: { symptoms: gold, entities: [] },
      },
    ];
    const run = imaginedRun({ task: taskNamed('CMDD'), examples, predictions: [{ symptoms: answer }] });
    return findErrors(run, showExamples(run)).errors[0].map((error) => kindIds(error.kinds));
  };

  it.each<[string, SymptomStatus, SymptomStatus, string[]]>([
    ['denied', 'true', 'false', ['type', 'negation']],
    ['affirmed', 'false', 'true', ['type', 'negation']],
    ['doubted', 'true', 'uncertain', ['type', 'uncertainty']],
    ['decided too soon', 'uncertain', 'false', ['type', 'uncertainty']],
  ])('%s', (_name, gold, answer, expected) => {
    expect(errorsOf([status('发热', gold)], [status('发热', answer)])).toEqual([expected]);
  });

  it('a name that differs in width and case only', () => {
    expect(errorsOf([status('B超异常', 'true')], [status('ｂ超异常', 'true')])).toEqual([
      ['boundary-one', 'width', 'case', 'abbreviation'],
    ]);
  });
});

describe('other families', () => {
  const labelled = (textA: string, textB: string): string[] => {
    const examples = [{ id: '0', input: { textA, textB }, gold: { label: '1' } }];
    const run = imaginedRun({ task: taskNamed('cMedQQ'), examples, predictions: [{ label: '0' }] });
    return kindIds(findErrors(run, showExamples(run)).errors[0][0].kinds);
  };

  it.each<[string, string, string, string[]]>([
    ['plain', '感冒怎么办', '感冒怎么治', ['wrong-label']],
    ['denied in one', '能吃鸡蛋', '不能吃鸡蛋', ['wrong-label', 'negation']],
    ['other figures', '发烧38度', '发烧39度', ['wrong-label', 'number']],
    ['same figures in other width', '发烧３８度', '发烧38度', ['wrong-label', 'width']],
    ['short form in one', '做CT要多久', '做检查要多久', ['wrong-label', 'abbreviation']],
    ['letter case', 'HPV感染', 'hpv感染', ['wrong-label', 'case']],
  ])('pairs: %s', (_name, a, b, expected) => {
    expect(labelled(a, b)).toEqual(expected);
  });

  it('relations: predicate, arguments, missed', () => {
    const triple = (subject: string, predicate: string, object: string) => ({ subject, predicate, object });
    const task = { ...taskNamed('cMedQANER'), family: 'relation' as const, primary: 'relation/strict-f1@1' };
    const gold = [
      triple('糖尿病', '治疗', '胰岛素'),
      triple('感冒', '症状', '发热'),
      triple('肺炎', '病因', '细菌'),
    ];
    const answer = [triple('糖尿病', '预防', '胰岛素'), triple('感冒', '症状', '高发热')];
    const run = imaginedRun({
      task,
      examples: [{ id: '0', input: { text: '…' }, gold: { triples: gold } }],
      predictions: [{ triples: answer }],
    });
    const errors = findErrors(run, showExamples(run)).errors[0].map((error) => kindIds(error.kinds));
    expect(errors).toEqual([['type'], ['boundary-one'], ['missed']]);
  });

  it('rankings: a document before one of a higher grade', () => {
    const run = (scores: number[]) =>
      imaginedRun({
        task: taskNamed('cMedIR'),
        examples: [
          {
            id: '0',
            input: { query: '感冒', documents: [{ title: 'a' }, { title: 'b' }, { title: 'c' }] },
            gold: { relevance: [2, 0, 0] },
          },
        ],
        predictions: [{ scores } as Prediction<'ranking'>],
      });
    const errorsOf = (scores: number[]) => {
      const one = run(scores);
      return findErrors(one, showExamples(one)).errors[0].map((error) => kindIds(error.kinds));
    };
    expect(errorsOf([3, 1, 2])).toEqual([]);
    expect(errorsOf([1, 1, 0])).toEqual([['misordered']]);
    expect(errorsOf([1, 2, 0])).toEqual([['misordered']]);
  });

  it('no answer at all', () => {
    const run = imaginedRun({
      task: taskNamed('cMedIC'),
      examples: [{ id: '0', input: { text: 'x' }, gold: { label: '0' } }],
      predictions: [undefined],
    });
    expect(findErrors(run, showExamples(run)).errors).toEqual([[{ kinds: kinds('missing-answer') }]]);
  });
});

it('the kinds that say what went wrong come first, and bits fit', () => {
  expect(KINDS[SHAPES - 1].id).toBe('nested');
  expect(KINDS.length).toBeLessThan(31);
  expect(kindIds(kinds('missed', 'case'))).toEqual(['missed', 'case']);
});
