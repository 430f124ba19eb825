import { describe, expect, it } from 'vitest';
import { readPythonList, strip } from './python.ts';
import { leavesOut, readReply } from './reading.ts';
import type { Form } from './types.ts';

const listed = (form: Form, text: string, choices?: string[]) => {
  const reading = readReply(text, { prompt: '', form, choices });
  if (reading.kind !== 'set') throw new Error(reading.kind);
  return reading.answers.map(({ key }) => JSON.parse(key));
};

describe('the oddities of the official reading, which are kept', () => {
  it('a half-width colon becomes part of the entity', () => {
    expect(listed('entities', '药物实体:甲，乙', ['药物'])).toEqual([
      ['药物', '药物实体:甲'],
      ['药物', '乙'],
    ]);
  });

  it('a label is the text, and the other words for those of CHIP-STS', () => {
    const labelIn = (text: string) => readReply(text, { prompt: '', form: 'label' });
    expect(labelIn(' 相同\n')).toEqual({ kind: 'label', label: '是的' });
    expect(labelIn('constructor')).toEqual({ kind: 'label', label: 'constructor' });
  });

  it('the documented form of triples reads as nothing', () => {
    expect(listed('triples', '上述句子中同义词关系的实体对如下：\n头实体：甲，尾实体：乙；')).toEqual([]);
  });

  it('the subject of a condition keeps the heading of its object', () => {
    const text = '条件关系三元组如下：\n头实体：甲；尾三元组：头实体：乙；尾实体：丙；关系：因果关系';
    expect(listed('causes', text)).toEqual([['条件关系', '甲；尾三元组：', ['乙', '丙']]]);
  });

  it('a line feed at the end of events is one more event, of nothing', () => {
    expect(listed('events', '事件：\n主体词：痛；解剖部位：腹，背\n')).toEqual([
      ['', '痛', [], ['腹', '背']],
      ['', '', [], []],
    ]);
  });

  it('a status that is not offered is ignored, and so is a line with two colons', () => {
    expect(listed('statuses', '：\n咳：有\n热：阳性：是', ['阳性', '阴性'])).toEqual([['不标注', '咳']]);
  });

  it('terms are on the last line, and among those offered; equal ones count once', () => {
    expect(listed('terms', '甲\n丙， 乙，乙', ['甲', '乙'])).toEqual([['', '乙']]);
  });
});

it('reads nodes as a tree, without evaluating anything', () => {
  const tree = (text: string) => readReply(text, { prompt: '', form: 'tree' });
  const node = (role: string, triples: string) => `n：role=${role}；logical_rel=null；triples=${triples}`;
  expect(tree(`树：\n${node('D', `[['甲', "治疗药物", ('乙')]]`)}`)).toMatchObject({
    tree: [{ triples: [] }],
  });
  expect(tree(node('D', `[('甲', "用", '乙\\'s')]`))).toMatchObject({
    tree: [{ role: 'D', triples: [['甲', '用', "乙's"]], logic: 'null' }],
  });
  expect(tree(node('D', '__import__("os")'))).toMatchObject({ tree: [{ triples: [] }] });
  expect(tree(node('C', '[]'))).toEqual({ kind: 'tree', tree: [] });
  expect(tree('')).toEqual({ kind: 'tree', tree: [{ role: 'D', triples: [], logic: 'null' }] });
});

it('finds the lines at which the official script would stop', () => {
  const stops = (form: Form, text: string) => leavesOut(text, { prompt: '', form });
  expect(stops('causes', '因果关系三元组如下：\n头实体：甲；尾实体：乙')).toBe(false);
  expect(stops('causes', '因果关系三元组如下：\n头实体：甲')).toBe(true);
  expect(stops('causes', '给定的文本没有指定关系的三元组\n谢谢')).toBe(false);
  expect(stops('tree', '这是诊疗决策树')).toBe(true);
  expect(stops('text', '随便')).toBe(false);
});

it('lists of Python are strings, lists and tuples, and nothing else', () => {
  expect(readPythonList(` [ 'a', "b\\n\\u4e00", (), ['c',], ] `)).toEqual(['a', 'b\n一', [], ['c']]);
  for (const wrong of [
    '',
    "'a'",
    "['a'",
    "['a' 'b']",
    "['a',,]",
    '[1]',
    '[None]',
    "['a')",
    "['a'] x",
    '[[]',
  ]) {
    expect(readPythonList(wrong), wrong).toBeUndefined();
  }
});

it('strips what Python strips', () => {
  expect(strip('\u001c\u0085\u3000a\ufeff\n')).toBe('a\ufeff');
});
