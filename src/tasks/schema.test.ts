import { describe, expect, it } from 'vitest';
import { conventionsOf } from './conventions.ts';
import { parseTask } from './schema.ts';

const corpus = { folder: 'x', format: 'pair-tsv', files: { train: 'a' } };
const faultOf = (value: unknown) => {
  try {
    parseTask(value, 'task.json');
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('parseTask', () => {
  it('fills in what a task may leave out', () => {
    const task = parseTask(
      { id: 'mine', family: 'inference', title: 'T', corpus, labels: ['a'] },
      'task.json',
    );
    expect(task).toMatchObject({
      aliases: [],
      title: { en: 'T', zh: 'T' },
      labels: [{ id: 'a', meaning: { en: 'a', zh: 'a' } }],
      primary: 'inference/accuracy@1',
      access: 'user',
    });
  });

  it('takes a task from a file of several, scored by the rules of its primary convention', () => {
    const shared = { folder: 'x', format: 'promptcblue', files: { dev: 'dev.json' }, part: 'KUAKE-IR' };
    const primary = 'instruction/label/weighted-f1@1';
    const task = parseTask(
      { id: 'ir', family: 'instruction', title: 'T', corpus: shared, primary },
      'task.json',
    );
    expect(task.corpus.part).toBe('KUAKE-IR');
    expect(conventionsOf(task).map(({ id }) => id)).toEqual(
      ['macro-f1', 'weighted-f1', 'micro-f1'].map((rule) => `instruction/label/${rule}@1`),
    );
  });

  it('names the first wrong field and lists the others, in both languages', () => {
    const fault = faultOf({ id: 'a b', family: 'ner', title: 'T', corpus: { ...corpus, folder: '../x' } });
    expect(fault).toMatchObject({
      code: 'bad-task',
      place: { file: 'task.json', field: 'id' },
      text: { en: expect.stringContaining('letters, digits'), zh: expect.stringContaining('只能包含') },
      hintText: {
        en: expect.stringContaining('corpus.folder'),
        zh: expect.stringMatching(/^此外：corpus.folder/),
      },
    });
  });

  it('refuses a label that is listed twice', () => {
    const labels = ['a', 'b', { id: 'a', meaning: 'another' }];
    expect(faultOf({ id: 'mine', family: 'inference', title: 'T', corpus, labels })).toMatchObject({
      code: 'bad-task',
      place: { field: 'labels' },
    });
  });

  it('requires the positive label where the family needs one, and only there', () => {
    const task = { id: 'mine', title: 'T', corpus, labels: ['0', '1'] };
    expect(faultOf({ ...task, family: 'similarity' })).toMatchObject({ place: { field: 'positive' } });
    expect(faultOf({ ...task, family: 'inference' })).toBeUndefined();
    expect(faultOf({ ...task, family: 'similarity', positive: '2' })).toMatchObject({
      text: { zh: '“2”不在标签之中' },
    });
  });

  it('accepts the conventions of the family', () => {
    const fault = faultOf({ id: 'mine', family: 'ner', title: 'T', corpus, primary: 'inference/accuracy@1' });
    expect(fault).toMatchObject({ place: { field: 'primary' }, hint: expect.stringContaining('ner/strict') });
  });
});
