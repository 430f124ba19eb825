import { describe, expect, it } from 'vitest';
import type { GivenParameters } from '../../ground/parameters.ts';
import { createRandom } from '../../ground/random.ts';
import type { Example } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import { findModel } from '../registry.ts';
import { createRowsBuilder, rowCount } from '../shared/features/rows.ts';
import { assignFolds } from '../shared/folds.ts';
import { calibrate, crossEntropy } from '../shared/logistic/crossvalidate.ts';
import { mergeColumns, times, transposedTimes } from '../shared/logistic/gram.ts';

describe('mergeColumns', () => {
  it('keeps the products of rows, and returns the mapping of columns', () => {
    const builder = createRowsBuilder();
    const dense = [
      [1, 0, 1, 2, 0, 1],
      [0, 3, 0, 1, 3, 0],
      [2, 0, 2, 0, 0, 2],
    ];
    for (const row of dense) {
      row.forEach((value, column) => {
        if (value !== 0) builder.add(column, value);
      });
      builder.endRow();
    }
    const rows = builder.finish(7);
    const { merged, standIn, stretch } = mergeColumns(rows);
    expect(merged.width).toBe(3);
    expect([...standIn]).toEqual([0, 1, 0, 2, 1, 0, -1]);
    expect(stretch[0]).toBeCloseTo(Math.sqrt(3), 12);
    const gram = (of: typeof rows): Float64Array => {
      const [sums, product] = [new Float64Array(of.width * 3), new Float64Array(9)];
      transposedTimes(of, 3, Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), sums);
      times(of, 3, sums, product);
      return product;
    };
    gram(merged).forEach((value, i) => {
      expect(value).toBeCloseTo(gram(rows)[i], 10);
    });
    expect(rowCount(merged)).toBe(3);
  });
});

describe('calibrate', () => {
  it('recovers the slope and offset with which scores were drawn', async () => {
    const random = createRandom(1);
    const scores = Float64Array.from({ length: 20_000 }, () => random.next() * 8 - 4);
    const targets = scores.map((score) => (random.next() < 1 / (1 + Math.exp(-(0.5 * score + 1))) ? 1 : 0));
    const { slope, offset } = await calibrate(scores, targets, 1, 'sigmoid');
    expect(slope).toBeCloseTo(0.5, 1);
    expect(offset).toBeCloseTo(1, 1);
  });

  it('never makes the cross-entropy worse', async () => {
    const random = createRandom(2);
    const scores = Float64Array.from({ length: 300 }, () => random.next() * 20);
    const targets = new Float64Array(300);
    for (let row = 0; row < 100; row++) targets[row * 3 + random.below(3)] = 1;
    const { slope } = await calibrate(scores, targets, 3, 'softmax');
    const [before, after] = [1, slope].map((by) => crossEntropy(scores, targets, 3, 'softmax', by));
    expect(after).toBeLessThan(before);
  });
});

it('keeps groups together in folds', () => {
  const examples = Array.from({ length: 30 }, (_, i) => ({ group: `${i >> 1}` }));
  const folds = assignFolds(examples, 4);
  for (let i = 0; i < 30; i += 2) expect(folds[i]).toBe(folds[i + 1]);
  expect(new Set(folds)).toEqual(new Set([0, 1, 2, 3]));
});

describe('linear', () => {
  const random = createRandom(7);
  const pick = (from: string): string => from[random.below(from.length)];
  const noise = (): string => Array.from({ length: 6 }, () => pick('一二三四五六七八九十')).join('');

  it('learns a rule on texts, and shows the n-gram that decides', async () => {
    const train = Array.from({ length: 120 }, (_, i): Example<'classification'> => {
      const label = String(i % 3);
      return { id: `${i}`, input: { text: noise() + ['药', '术', '检'][i % 3] + noise() }, gold: { label } };
    });
    const predictor = await fitLinear('cMedIC', train);
    const answers = await predict<'classification'>(predictor, [
      { text: `${noise()}术` },
      { text: `药${noise()}` },
    ]);
    expect(answers.map(({ label }) => label)).toEqual(['1', '0']);
    expect(predictor.explain!({ text: '一术二' })[1].en).toMatch(/^\+.*“术”$/);
  });

  const pairs = (positives: number): Example<'similarity'>[] =>
    Array.from({ length: 200 }, (_, i) => {
      const text = noise();
      const same = i < positives;
      return {
        id: `${i}`,
        input: { textA: text, textB: same ? [...text].reverse().join('') : noise() },
        gold: { label: same ? '1' : '0' },
      };
    });

  it('learns from pairs what neither side shows alone', async () => {
    const predictor = await fitLinear('cMedQQ', pairs(100));
    const inputs = pairs(100).map(({ input }) => input);
    const answers = await predict<'similarity'>(predictor, inputs);
    const right = answers.filter(({ label }, i) => label === (i < 100 ? '1' : '0')).length;
    expect(right).toBeGreaterThan(180);
  });

  it('tunes the threshold on dev, and by cross-validation where there is none', async () => {
    const rare = pairs(12).map((pair, i) => (i >= 12 && i < 24 ? { ...pair, gold: { label: '1' } } : pair));
    const positives = async (dev: Example<'similarity'>[], parameters: GivenParameters): Promise<number> => {
      const predictor = await fitLinear('cMedQQ', rare, dev, parameters);
      const answers = await predict<'similarity'>(
        predictor,
        rare.map(({ input }) => input),
      );
      return answers.filter(({ label }) => label === '1').length;
    };
    const fixed = await positives(pairs(12), { c: 0.01, tuneThreshold: false });
    expect(fixed).toBe(0);
    expect(await positives(pairs(12), { c: 0.01 })).toBeGreaterThan(0);
    expect(await positives([], { c: 0.01, folds: 4 })).toBeGreaterThan(0);
    expect(await positives([], { c: 0.01 })).toBe(0);
  });

  it('gives rare classes equal weight when classes are balanced', async () => {
    const train = Array.from({ length: 100 }, (_, i): Example<'classification'> => {
      const label = i < 5 ? 'rare' : 'usual';
      return { id: `${i}`, input: { text: i % 2 === 0 ? '甲' : i < 5 ? '乙' : '丙' }, gold: { label } };
    });
    const score = async (parameters: GivenParameters): Promise<number> => {
      const predictor = await fitLinear('cMedIC', train, [], parameters);
      return (await predict<'classification'>(predictor, [{ text: '甲' }]))[0].scores!.rare;
    };
    expect(await score({ classWeight: 'balanced' })).toBeGreaterThan(
      2 * (await score({ classWeight: 'none' })),
    );
  });

  it('chooses features by cross-validation: noise is left out, and calibration stays sound', async () => {
    const train = Array.from({ length: 150 }, (_, i): Example<'classification'> => {
      const label = random.next() < 0.8 ? String(i % 3) : String(random.below(3));
      return { id: `${i}`, input: { text: noise() + '药术检'[i % 3] }, gold: { label } };
    });
    const loss = async (parameters: GivenParameters): Promise<number> => {
      const predictor = await fitLinear('cMedIC', train, [], { minDf: 1, ...parameters });
      const inputs = Array.from({ length: 60 }, (_, i) => ({ text: noise() + '药术检'[i % 3] }));
      const answers = await predict<'classification'>(predictor, inputs);
      return answers.reduce((sum, { scores }, i) => sum - Math.log(scores![String(i % 3)]), 0);
    };
    expect(await loss({ folds: 4, select: 'cross-validated' })).toBeLessThan(await loss({}));
  });

  it('names an unknown class weight', async () => {
    const refused = fitLinear('cMedQQ', pairs(5), [], { classWeight: 'much' });
    await expect(refused).rejects.toMatchObject({ place: { field: 'class-weight' } });
  });

  it('names what is wrong with select', async () => {
    const wrong: GivenParameters[] = [
      { select: 'cross-validated' },
      { select: 'some' },
      { select: 'cross-validated', folds: 2, features: 9 },
    ];
    for (const parameters of wrong) {
      await expect(fitLinear('cMedQQ', pairs(5), [], parameters)).rejects.toMatchObject({
        code: 'bad-parameter',
        place: { field: 'select' },
      });
    }
  });

  it('keeps the requested number of features', async () => {
    const one = await fitLinear('cMedQQ', pairs(50), [], { features: 1 });
    expect(one.explain!(pairs(50)[0].input)).toHaveLength(2);
  });

  function fitLinear<F extends 'similarity' | 'classification'>(
    task: string,
    train: Example<F>[],
    dev: Example<F>[] = [],
    parameters: GivenParameters = {},
  ) {
    return fitOn<F>(findModel('linear'), { ...findTask(task), labels: [] }, train, {
      dev,
      seed: 0,
      parameters,
    });
  }
});
