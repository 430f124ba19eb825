import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRowsBuilder } from '../shared/features/rows.ts';
import { fitTfidf, tfidfRows } from '../shared/features/tfidf.ts';
import { fitLogistic, probabilities } from '../shared/logistic/logistic.ts';
import { chiSquared, keepBest } from './select.ts';

interface Vectors {
  readonly features: number;
  readonly entries: number;
  readonly rows: readonly Record<string, number>[];
}
interface Regression {
  readonly c: number;
  readonly weighted: boolean;
  readonly objective: number;
  readonly intercepts: readonly number[];
  readonly probabilities: readonly (readonly number[])[];
}
interface Fixture {
  readonly texts: readonly string[];
  readonly classes: readonly number[];
  readonly weights: readonly number[];
  readonly tfidf: { readonly plain: Vectors; readonly sublinear: Vectors };
  readonly binary: readonly Regression[];
  readonly multinomial: readonly Regression[];
  readonly chi2: Readonly<Record<string, number>>;
  readonly binaryChi2: Readonly<Record<string, number>>;
}
/** Made by bench/peers/linear_fixtures.py. */
const fixture: Fixture = JSON.parse(
  readFileSync(new URL('./fixtures/sklearn.json', import.meta.url).pathname, 'utf8'),
);
const { texts, classes } = fixture;
const plain = { least: 1, most: 3, minDocuments: 1, sublinear: false };
const oneHot = Float64Array.from(classes.flatMap((c) => [0, 1, 2].map((k) => (k === c ? 1 : 0))));
const yes = Float64Array.from(classes, (c) => (c === 1 ? 1 : 0));

describe('TF-IDF, as TfidfVectorizer', () => {
  it.each([
    ['plain', plain],
    ['sublinear', { ...plain, minDocuments: 2, sublinear: true }],
  ] as const)('%s', (name, options) => {
    const expected = fixture.tfidf[name];
    const tfidf = fitTfidf(texts, options);
    const rows = tfidfRows(tfidf, texts);
    expect(rows.width).toBe(expected.features);
    expect(rows.columns.length).toBe(expected.entries);
    expected.rows.forEach((row, i) => {
      const ours = Array.from({ length: rows.starts[i + 1] - rows.starts[i] }, (_, k) => rows.starts[i] + k);
      const named = Object.fromEntries(
        ours.map((k) => [tfidf.trie.ngram(tfidf.nodeOf[rows.columns[k]]), rows.values[k]]),
      );
      expect(Object.keys(named).sort()).toEqual(Object.keys(row).sort());
      for (const [ngram, value] of Object.entries(row)) expect(named[ngram]).toBeCloseTo(value, 12);
    });
  });
});

const rows = tfidfRows(fitTfidf(texts, plain), texts);

describe('logistic regression, as LogisticRegression', () => {
  const solve = (expected: Regression, binary: boolean) =>
    fitLogistic({
      rows,
      outputs: binary ? 1 : 3,
      link: binary ? 'sigmoid' : 'softmax',
      targets: binary ? yes : oneHot,
      c: expected.c,
      rowWeights: expected.weighted ? Float64Array.from(fixture.weights) : undefined,
      tolerance: 1e-9,
    });

  it.each(fixture.binary)('two classes, C $c, weighted $weighted', async (expected) => {
    const { model, objective, converged } = await solve(expected, true);
    expect(converged).toBe(true);
    expect(objective).toBeCloseTo(expected.objective, 9);
    expect(model.intercepts[0]).toBeCloseTo(expected.intercepts[0], 5);
    const found = probabilities(model, rows);
    expected.probabilities.forEach(([, p], i) => {
      expect(found[i]).toBeCloseTo(p, 5);
    });
  });

  it.each(fixture.multinomial)('three classes, C $c, weighted $weighted', async (expected) => {
    const { model, objective, converged } = await solve(expected, false);
    expect(converged).toBe(true);
    expect(objective).toBeCloseTo(expected.objective, 9);
    const found = probabilities(model, rows);
    expected.probabilities.forEach((line, i) => {
      line.forEach((p, k) => {
        expect(found[3 * i + k]).toBeCloseTo(p, 5);
      });
    });
  });

  it('fits independent outputs as it fits each alone', async () => {
    const problem = { rows, link: 'sigmoid', c: 5, tolerance: 1e-9 } as const;
    const together = await fitLogistic({ ...problem, outputs: 3, targets: oneHot });
    const all = probabilities(together.model, rows);
    for (const k of [0, 1, 2]) {
      const targets = Float64Array.from(classes, (c) => (c === k ? 1 : 0));
      const alone = probabilities((await fitLogistic({ ...problem, outputs: 1, targets })).model, rows);
      alone.forEach((p, i) => {
        expect(all[3 * i + k]).toBeCloseTo(p, 6);
      });
    }
  });
});

describe('chi-squared, as chi2', () => {
  const builder = createRowsBuilder();
  const tfidf = fitTfidf(texts, plain);
  for (const text of texts) {
    tfidf.trie.count(text.toLowerCase().replace(/\s\s+/gu, ' '), builder.add);
    builder.endRow();
  }
  const counts = builder.finish(tfidf.trie.size);
  it.each([
    ['three classes', oneHot, 3, fixture.chi2],
    ['two classes', yes, 1, fixture.binaryChi2],
  ] as const)('%s', (_, targets, outputs, expected) => {
    const found = chiSquared(counts, targets, outputs);
    const nodes = Array.from({ length: tfidf.trie.size }, (_, node) => node);
    const named = new Map(nodes.map((node) => [tfidf.trie.ngram(node), found[node]]));
    for (const [ngram, value] of Object.entries(expected)) expect(named.get(ngram)).toBeCloseTo(value, 10);
  });

  it('keeps the columns of the largest statistic', () => {
    const small = createRowsBuilder();
    for (const column of [0, 1, 2]) small.add(column, 1);
    small.endRow();
    const kept = keepBest(small.finish(3), Float64Array.of(1, 3, 3), 1);
    expect([...kept.columns]).toEqual([1]);
    expect(kept.width).toBe(3);
  });
});
