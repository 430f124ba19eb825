import { describe, expect, it } from 'vitest';
import type { FamilyId } from '../examples.ts';
import { codesOf } from './fixtures/parse-sample.ts';
import { SAMPLES, taskOf } from './fixtures/sample.ts';
import { families } from './registry.ts';

describe('faults', () => {
  it('of labels', () => {
    expect(codesOf('classification', { label: 1.5 })).toEqual(['wrong-type label']);
    expect(codesOf('classification', { label: 7 })).toEqual(['unknown-label label']);
    expect(codesOf('classification', { label: '7' })).toEqual(['unknown-label label']);
    expect(codesOf('similarity', { label: '1', scores: [1] })).toEqual(['wrong-type scores']);
    expect(codesOf('similarity', { label: '2', scores: { '1': 'NaN', '9': 1 } })).toEqual([
      'unknown-label label',
      'wrong-type scores.1',
      'unknown-label scores.9',
    ]);
    expect(codesOf('inference', { label: null, scores: { neutral: Number.POSITIVE_INFINITY } })).toEqual([
      'wrong-type label',
      'not-finite scores.neutral',
    ]);
    expect(codesOf('multilabel', { labels: ['a', 'z', 3, null] })).toEqual([
      'unknown-label labels[1]',
      'unknown-label labels[2]',
      'wrong-type labels[3]',
    ]);
  });

  it('of labels: whole numbers stand for their digits', () => {
    const numbered = (family: FamilyId) => taskOf(family, ['0', '1']);
    expect(families.similarity.parse({ label: 0 }, { textA: '', textB: '' }, numbered('similarity'))).toEqual(
      {
        label: '0',
      },
    );
    expect(families.multilabel.parse({ labels: [1, '0'] }, { text: '' }, numbered('multilabel'))).toEqual({
      labels: ['1', '0'],
    });
    const entity = { start: 0, end: 1 };
    expect(
      families.ner.parse({ entities: [{ ...entity, type: 1 }] }, { text: '痛' }, numbered('ner')),
    ).toEqual({ entities: [{ ...entity, type: '1' }] });
    const terms = { subject: '甲', object: '乙' };
    expect(
      families.relation.parse({ triples: [{ ...terms, predicate: 0 }] }, { text: '' }, numbered('relation')),
    ).toEqual({ triples: [{ ...terms, predicate: '0' }] });
  });

  it('of triples of trees that have less than three parts', () => {
    const tree = [[], ['甲'], ['甲', 1]].map((triple) => ({ role: 'D', logic: 'null', triples: [triple] }));
    expect(codesOf('decision-tree', { tree })).toEqual(
      [0, 1, 2].map((i) => `wrong-type tree[${i}].triples[0]`),
    );
  });

  it('of values nested too deeply to be shown', () => {
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    for (const family of ['classification', 'multilabel', 'ner', 'ranking'] as const)
      expect(codesOf(family, { label: deep, labels: deep, entities: deep, scores: deep })).not.toEqual([]);
  });

  it('of labels: none where a task declares none', () => {
    const task = taskOf('classification', []);
    const parsed = families.classification.parse({ label: 'anything' }, { text: '' }, task);
    expect(parsed).toEqual({ label: 'anything' });
  });

  it('of spans', () => {
    const entities = (start: unknown, end: unknown, type: unknown = 'body') => ({
      entities: [{ start, end, type }],
    });
    const at = (name: string) => `entities[0].${name}`;
    expect(codesOf('ner', entities(-1, 2))).toEqual([`negative-offset ${at('start')}`]);
    expect(codesOf('ner', entities(0.5, 2))).toEqual([`not-an-integer ${at('start')}`]);
    expect(codesOf('ner', entities(Number.NaN, Number.POSITIVE_INFINITY))).toEqual([
      `not-finite ${at('start')}`,
      `not-finite ${at('end')}`,
    ]);
    expect(codesOf('ner', entities(0, 7))).toEqual([`span-outside-text ${at('end')}`]);
    expect(codesOf('ner', entities('0', 1))).toEqual([`wrong-type ${at('start')}`]);
    expect(codesOf('ner', entities(2, 2))).toEqual(['empty-span entities[0]']);
    expect(codesOf('ner', entities(3, 2))).toEqual(['empty-span entities[0]']);
    expect(codesOf('ner', entities(0, undefined))).toEqual([`missing-field ${at('end')}`]);
    expect(codesOf('ner', entities(0, 1, 'drug'))).toEqual([`unknown-label ${at('type')}`]);
    expect(codesOf('ner', { entities: [7, null, []] })).toEqual([
      'wrong-type entities[0]',
      'wrong-type entities[1]',
      'wrong-type entities[2]',
    ]);
    expect(codesOf('ner', { entities: {} })).toEqual(['wrong-type entities']);
  });

  it('of spans inside a character, which code points would give', () => {
    const parsed = families.ner.parse(
      { entities: [{ start: 0, end: 1, type: 'body' }] },
      { text: '𠮷' },
      SAMPLES.ner.task,
    );
    expect(parsed).toMatchObject([{ code: 'span-splits-character', field: 'entities[0].end' }]);
  });

  it('of scores in document order', () => {
    expect(codesOf('ranking', { scores: [1, 2] })).toEqual(['wrong-count scores']);
    expect(codesOf('ranking', { scores: [1, 'x', Number.NaN, 4] })).toEqual([
      'wrong-count scores',
      'wrong-type scores[1]',
      'not-finite scores[2]',
    ]);
    expect(codesOf('ranking', { scores: { '0': 1 } })).toEqual(['wrong-type scores']);
  });

  it('of triples', () => {
    expect(
      codesOf('relation', { triples: [{ subject: '', predicate: '无', object: 1, subjectType: 2 }] }),
    ).toEqual([
      'empty-text triples[0].subject',
      'wrong-type triples[0].object',
      'wrong-type triples[0].subjectType',
      'unknown-label triples[0].predicate',
    ]);
  });

  it('of dialogues', () => {
    expect(codesOf('dialogue', { symptoms: [{ name: 1, status: 'maybe' }] })).toEqual([
      'wrong-type symptoms[0].name',
      'unknown-label symptoms[0].status',
    ]);
    const mention = { turn: 1, start: 0, end: 1 };
    expect(
      codesOf('dialogue', { symptoms: [], entities: [mention, { ...mention, turn: 0, end: 9 }] }),
    ).toEqual(['turn-outside-dialogue entities[0].turn', 'span-outside-text entities[1].end']);
    expect(
      codesOf('dialogue', { symptoms: [], entities: [{ turn: 0.5, start: 0, end: 1, name: 3 }] }),
    ).toEqual(['turn-outside-dialogue entities[0].turn', 'wrong-type entities[0].name']);
  });
});
