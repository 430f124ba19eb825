import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Average } from './class-scores.ts';
import type { Metric } from './metric.ts';
import { hammingLoss, type LabelsItem, subsetAccuracy } from './multilabels.ts';
import { macroCurve, type ScoredPrediction } from './scored.ts';
import { setMetric } from './sets.ts';

interface Case {
  readonly labels: readonly string[];
  readonly gold: readonly (readonly string[])[];
  readonly guess: readonly (readonly string[])[];
  readonly scores: readonly (readonly number[])[];
  readonly micro: number;
  readonly macroAll: number;
  readonly macroSupported: number;
  readonly subsetAccuracy: number;
  readonly hammingLoss: number;
  readonly rocAuc: number;
  readonly averagePrecision: number;
}

const { cases } = JSON.parse(
  readFileSync(new URL('./fixtures/multilabels.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

function score<Item>(metric: Metric<Item>, items: readonly Item[]): number {
  const counts = new Float64Array(metric.width);
  metric.count(items, counts, 0);
  return metric.value(counts);
}

const f1 = (classes: readonly string[], average: Average): Metric<LabelsItem> =>
  setMetric<LabelsItem, string>({
    gold: ({ gold }) => gold.labels,
    predicted: ({ prediction }) => prediction.labels,
    same: (a, b) => a === b,
    classOf: (label) => label,
    classes,
    average,
  });

describe.each(cases)('scikit-learn', (c) => {
  const items = c.gold.map((labels, i) => ({
    gold: { labels },
    prediction: {
      labels: c.guess[i],
      scores: Object.fromEntries(c.labels.map((label, l) => [label, c.scores[i][l]])),
    },
  }));

  it('sets of labels', () => {
    expect(score(f1(c.labels, 'micro'), items)).toBeCloseTo(c.micro, 12);
    expect(score(f1(c.labels, 'macro/all'), items)).toBeCloseTo(c.macroAll, 12);
    expect(score(f1(c.labels, 'macro/supported'), items)).toBeCloseTo(c.macroSupported, 12);
    expect(score(subsetAccuracy, items)).toBeCloseTo(c.subsetAccuracy, 12);
    expect(score(hammingLoss(c.labels), items)).toBeCloseTo(c.hammingLoss, 12);
  });

  it('curves over the labels that gold defines', () => {
    type ScoredItem = LabelsItem & { readonly prediction: ScoredPrediction };
    const goldOf = ({ gold }: ScoredItem): readonly string[] => gold.labels;
    expect(macroCurve('roc-auc', c.labels, goldOf).whole(items)).toBeCloseTo(c.rocAuc, 12);
    expect(macroCurve('average-precision', c.labels, goldOf).whole(items)).toBeCloseTo(
      c.averagePrecision,
      12,
    );
  });
});

describe('a label predicted again', () => {
  const items = [{ gold: { labels: ['a'] }, prediction: { labels: ['a', 'a'] } }];
  it('counts as another error for exact sets and F1, and as the same decision for the loss', () => {
    expect(score(subsetAccuracy, items)).toBe(0);
    expect(score(hammingLoss(['a', 'b']), items)).toBe(0);
    expect(score(f1(['a', 'b'], 'micro'), items)).toBe(2 / 3);
  });
});

describe('labels that are not among the classes', () => {
  const loss = (gold: string[], labels: string[]): number =>
    score(hammingLoss(['a', 'b']), [{ gold: { labels: gold }, prediction: { labels } }]);
  it('add to the loss, which is 1 at most, and never make it smaller', () => {
    expect(loss(['a', 'b'], ['a', 'b', 'c'])).toBe(0.5);
    expect(loss(['a', 'b'], [])).toBe(1);
    expect(loss(['a', 'b'], ['c'])).toBe(1);
    expect(loss(['a'], ['b', 'b', 'b', 'c'])).toBe(1);
    expect(loss(['a', 'a'], ['a', 'b', 'b', 'b'])).toBe(0.5);
  });
});

describe('no labels at all', () => {
  it('is right where gold has none', () => {
    expect(score(subsetAccuracy, [{ gold: { labels: [] }, prediction: { labels: [] } }])).toBe(1);
    expect(score(hammingLoss([]), [{ gold: { labels: [] }, prediction: { labels: [] } }])).toBeNaN();
  });
});
