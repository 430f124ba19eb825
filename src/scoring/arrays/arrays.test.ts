import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BioRule,
  classScores,
  decodeBio,
  type EntityOptions,
  entityScores,
  labelSetScores,
  rankingScores,
} from './index.ts';

/** Figures that seqeval, scikit-learn and trec_eval computed; `bench/peers/metrics_fixtures.py` writes them. */
const peer = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../metrics/fixtures/${name}.json`, import.meta.url), 'utf8')).cases;

interface Averages {
  micro: number[];
  macro: number[];
  weighted: number[];
  types: string[];
  perType: number[][];
}

describe('entityScores', () => {
  for (const { name, gold, guess, ...theirs } of peer('tags')) {
    const known: [BioRule, Averages | undefined][] = [
      ['seqeval', theirs.seqeval?.scores],
      ['seqeval-strict', theirs.strict?.scores],
    ];
    for (const [tags, scores] of known) {
      if (!scores) continue;
      it(`equals seqeval: ${name}, ${tags}`, () => {
        const { micro, macro, weighted, types, perType } = scores;
        const near = (figures: number[]) => figures.map((x) => expect.closeTo(x, 12));
        const ours = entityScores(gold, guess, { tags });
        expect([ours.precision, ours.recall, ours.f1].map((x) => x || 0)).toEqual(near(micro));
        expect([ours.macroF1 || 0, ours.weightedF1 || 0]).toEqual(near([macro[2], weighted[2]]));
        expect(ours.classes.map((row) => row.class)).toEqual(types);
        expect(ours.classes.map((row) => row.f1 || 0)).toEqual(near(perType.map((row) => row[2])));
      });
    }
  }

  it('counts tags while it decodes as it counts decoded spans', () => {
    const tag = fc.constantFrom(
      'O',
      'B-x',
      'I-x',
      'I-y',
      'B-y',
      'E-x',
      'S-y',
      'B_x',
      'I_x',
      '.',
      'X',
      '',
      'x-B',
    );
    const sentence = fc.array(fc.tuple(tag, tag), { maxLength: 12 });
    const rules = fc.constantFrom<BioRule>('seqeval', 'seqeval-strict', 'conlleval', 'chineseblue');
    fc.assert(
      fc.property(fc.array(sentence, { maxLength: 6 }), rules, (sentences, tags) => {
        const [gold, guess] = [0, 1].map((side) => sentences.map((pairs) => pairs.map((pair) => pair[side])));
        const spans = (side: string[][]) => side.map((one) => decodeBio(one, tags));
        const settings: EntityOptions[] = [
          { tags },
          { tags, types: ['x'] },
          { tags, interval: { resamples: 20 }, groups: sentences.map((_, i) => String(i % 2)) },
        ];
        for (const options of settings) {
          expect(entityScores(gold, guess, options)).toEqual(
            entityScores(spans(gold), spans(guess), options),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes sides of different length, tag by tag', () => {
    expect(entityScores([['B-x', 'O']], [['B-x']]).f1).toBe(1);
  });

  it('takes spans on one side and tags on the other', () => {
    const { f1 } = entityScores([['O', 'B-x', 'I-x']], [[{ start: 1, end: 3, type: 'x' }]]);
    expect(f1).toBe(1);
  });

  it('gives intervals on request, and resamples groups together', () => {
    const gold = Array.from({ length: 60 }, () => ['B-x', 'O']);
    const predicted = gold.map((tags, i) => (i % 3 === 0 ? ['O', 'O'] : tags));
    expect(entityScores(gold, predicted).intervals).toEqual({});
    const alone = entityScores(gold, predicted, { interval: { seed: 1, resamples: 2000 } }).intervals.recall;
    const groups = gold.map((_, i) => String(i % 3 === 0));
    const together = entityScores(gold, predicted, {
      interval: { seed: 1, resamples: 2000 },
      groups,
    }).intervals;
    expect(alone.estimate).toBeCloseTo(2 / 3, 12);
    expect(alone.low).toBeLessThan(2 / 3);
    expect(alone.high).toBeGreaterThan(2 / 3);
    expect(alone.units).toBe(60);
    expect(together.recall.units).toBe(2);
  });

  it('refuses sides of different length', () => {
    expect(() => entityScores([['O']], [])).toThrow(
      expect.objectContaining({
        code: 'length-mismatch',
        text: expect.objectContaining({ zh: expect.any(String) }),
      }),
    );
  });
});

describe('classScores', () => {
  it('gives every figure an interval from weighted units, the correlation too', () => {
    const gold = Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? '1' : '0'));
    const predicted = gold.map((label, i) => (i % 7 === 0 ? '1' : label));
    const { intervals, ...scores } = classScores(gold, predicted, { interval: { resamples: 500 } });
    for (const name of ['accuracy', 'precision', 'recall', 'f1', 'macroF1', 'weightedF1', 'mcc'] as const) {
      expect(intervals[name], name).toMatchObject({ method: 'bayesian', estimate: scores[name] });
      expect(intervals[name].low).toBeLessThan(scores[name]);
      expect(intervals[name].high).toBeGreaterThan(scores[name]);
    }
    expect(intervals.macroF1.labelUnits).toBe(50);
  });

  for (const { name, labels, gold, guess, ...theirs } of peer('labels')) {
    it(`equals scikit-learn: ${name}`, () => {
      const ours = classScores(gold, guess, { labels });
      expect(ours.accuracy).toBeCloseTo(theirs.accuracy, 12);
      expect(ours.macroF1).toBeCloseTo(theirs.macroAll, 12);
      expect(ours.weightedF1).toBeCloseTo(theirs.weighted, 12);
      expect(ours.mcc || 0).toBeCloseTo(theirs.mcc, 12);
    });
  }

  it('averages only the requested labels, as scikit-learn 1.7.2 does', () => {
    const gold = ['a', 'b', 'c', 'c', 'a', 'b'];
    const predicted = ['a', 'c', 'c', 'c', 'b', 'b'];
    const scores = classScores(gold, predicted, { labels: ['a', 'b'], interval: { resamples: 200 } });
    expect(scores).toMatchObject({ precision: 2 / 3, recall: 0.5, f1: 4 / 7 });
    expect(scores.accuracy).toBe(4 / 6);
    expect(scores.intervals.f1.estimate).toBe(4 / 7);
    const sets = labelSetScores([['a', 'c'], ['b'], ['c']], [['a'], ['b', 'c'], ['c', 'b']], {
      labels: ['a', 'b'],
    });
    expect(sets).toMatchObject({ precision: 2 / 3, recall: 1, f1: 0.8 });
    const entities = entityScores([['B-x', 'O', 'B-y']], [['B-x', 'B-y', 'O']], { types: ['x'] });
    expect(entities).toMatchObject({ precision: 1, recall: 1, f1: 1 });
  });

  it('infers the labels', () => {
    expect(classScores(['b', 'a'], ['b', 'c']).classes.map((row) => row.class)).toEqual(['a', 'b', 'c']);
  });
});

describe('labelSetScores', () => {
  for (const { name, labels, gold, guess, ...theirs } of peer('multilabels')) {
    it(`equals scikit-learn: ${name}`, () => {
      const ours = labelSetScores(gold, guess, { labels });
      expect(ours.f1 || 0).toBeCloseTo(theirs.micro, 12);
      expect(ours.macroF1).toBeCloseTo(theirs.macroAll, 12);
      expect(ours.subsetAccuracy).toBeCloseTo(theirs.subsetAccuracy, 12);
    });
  }
});

describe('rankingScores', () => {
  it('equals trec_eval, ties as it breaks them', () => {
    for (const { grades, scores, recipRank1, trecNdcg5, trecNdcg10 } of peer('rankings')) {
      const ours = rankingScores([grades], [scores], { ties: 'trec' });
      expect([ours.mrr || 0, ours.ndcg[5] || 0, ours.ndcg[10] || 0]).toEqual(
        [recipRank1, trecNdcg5, trecNdcg10].map((x) => expect.closeTo(x, 12)),
      );
    }
  });

  it('averages over queries and names a query whose documents do not match', () => {
    const scores = rankingScores(
      [
        [1, 0],
        [0, 1],
      ],
      [
        [2, 1],
        [2, 1],
      ],
      { interval: { resamples: 500 } },
    );
    expect(scores).toMatchObject({ pairAccuracy: 0.5, mrr: 0.75 });
    expect(Object.keys(scores.intervals)).toEqual([
      'pairAccuracy',
      'mrr',
      'ndcg@1',
      'ndcg@3',
      'ndcg@5',
      'ndcg@10',
    ]);
    expect(() => rankingScores([[1, 0]], [[1]])).toThrow(
      expect.objectContaining({ code: 'length-mismatch' }),
    );
  });
});
