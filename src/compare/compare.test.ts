import { describe, expect, it } from 'vitest';
import { guess, imaginedPairs, imaginedRun, taskNamed } from '../evaluation/fixtures/imagined.ts';
import { createRandom } from '../ground/random.ts';
import { meanInterval } from '../scoring/mean-interval.ts';
import { groupAnswers } from '../scoring/units.ts';
import { deviation } from '../statistics/percentiles.ts';
import type { Example } from '../tasks/examples.ts';
import { compareRuns } from './compare.ts';
import { comparisonMarkdown, presentComparison } from './present.ts';

const task = taskNamed('cMedQQ');
const convention = 'similarity/accuracy@1';
const examples = imaginedPairs(400);
const run = (model: string, right: number, seed = 0) =>
  imaginedRun({
    task,
    examples,
    predictions: guess(examples, right, seed + model.charCodeAt(0)),
    model,
    seed,
  });

const good = run('good', 0.95);
const fair = run('fair', 0.94);
const poor = run('poor', 0.6);
const fast = { resamples: 1000, convention };

describe('compareRuns', () => {
  it('groups what does not differ and orders what does', () => {
    const { systems, pairs, units } = compareRuns([poor, good, fair], fast);
    expect(units).toBe(400);
    expect(Object.fromEntries(systems.map(({ name, groups }) => [name, groups]))).toEqual({
      good: 'a',
      fair: 'a',
      poor: 'b',
    });
    expect(systems[2]).toMatchObject({ name: 'poor', rank: [3, 3], runs: ['cMedQQ-test-poor-s0'] });
    expect(pairs).toHaveLength(3);
    for (const { a, b, better, adjusted, p, difference } of pairs) {
      expect(adjusted).toBeGreaterThanOrEqual(p);
      expect(better !== null).toBe([a, b].includes('poor'));
      if (better !== null) expect(difference.low * difference.high).toBeGreaterThan(0);
    }
  });

  it('agrees with the score sheets, and counts every item as win, tie or loss', () => {
    const { systems, pairs } = compareRuns([good, poor], fast);
    for (const system of systems) {
      const of = [good, poor].find(({ record }) => record.model.id === system.name)!;
      const scored = of.scores.subsets.all.scores.find((score) => score.convention === convention)!;
      expect(system.score).toBeCloseTo(scored.value, 12);
    }
    const [{ mcnemar, most, difference }] = pairs;
    const items = pairs[0].items!;
    expect(items.win + items.tie + items.loss).toBe(400);
    expect(mcnemar).toMatchObject({ onlyA: items.win, onlyB: items.loss });
    expect((items.win - items.loss) / 400).toBeCloseTo(difference.estimate, 12);
    expect(most).toHaveLength(10);
    for (const { gold, a, b, effect } of most) {
      expect(effect).toBeCloseTo(a === gold ? 1 / 400 : -1 / 400, 12);
      expect(a).not.toBe(b);
    }
    const ids = most.map(({ ids }) => Number(ids[0]));
    expect(ids).toEqual([...ids].sort((i, j) => i - j));
  });

  it('combines seeds into one system, even where another has one run', () => {
    const { systems, pairs } = compareRuns(
      [run('good', 0.95, 1), run('good', 0.95, 2), run('good', 0.95, 3), poor],
      fast,
    );
    expect(systems.map(({ name }) => name)).toEqual(['good', 'poor']);
    const { seeds, score, runs } = systems[0];
    expect(runs).toHaveLength(3);
    expect(score).toBeCloseTo(seeds!.mean, 12);
    expect(pairs[0]).toMatchObject({ better: 'good' });
    expect(pairs[0].mcnemar).toBeUndefined();
    expect(pairs[0].difference.estimate).toBeCloseTo(score - systems[1].score, 12);
  });

  it('gives a system of several seeds the interval of their mean, to the bit', () => {
    const seeds = [1, 2].map((seed) => run('good', 0.95, seed));
    const { systems } = compareRuns([...seeds, poor], { items: 0 });
    const own = seeds.map(({ predictions }) => ({
      part: 'test',
      units: groupAnswers(task, examples, predictions),
    }));
    expect(systems[0].interval).toEqual(meanInterval(task, own));
  });

  it('compares seeds with each other where there is only one model', () => {
    const { systems } = compareRuns([run('good', 0.95, 1), run('good', 0.95, 2)], fast);
    expect(systems.map(({ name }) => name).sort()).toEqual(['cMedQQ-test-good-s1', 'cMedQQ-test-good-s2']);
  });

  it('names one model with two settings by what differs', () => {
    const of = (c: number) =>
      imaginedRun({
        task,
        examples,
        predictions: guess(examples, 0.9, c),
        model: 'linear',
        parameters: { c, epochs: 3 },
      });
    expect(
      compareRuns([of(1), of(2)], fast)
        .systems.map(({ name }) => name)
        .sort(),
    ).toEqual(['linear(c=1)', 'linear(c=2)']);
  });

  it('names systems as their runs: labels scored by probability are distinguished from written answers', () => {
    const named = (model: string, name: string) => {
      const one = run(model, 0.9);
      return { ...one, record: { ...one.record, model: { ...one.record.model, name } } };
    };
    const runs = [named('llm', 'llm:qwen3 logprob (400/1600)'), named('gguf', 'gguf:qwen3.gguf')];
    const { systems } = compareRuns(runs, fast);
    expect(systems.map(({ name }) => name).sort()).toEqual(['gguf:qwen3.gguf', 'llm:qwen3 logprob']);
  });

  it('exchanges groups as a whole and says so', () => {
    const grouped = imaginedPairs(400, 4);
    const of = (model: string, right: number) =>
      imaginedRun({ task, examples: grouped, predictions: guess(grouped, right, 1), model });
    const { units, notices, pairs } = compareRuns([of('a', 0.9), of('b', 0.8)], fast);
    expect(units).toBe(100);
    const items = pairs[0].items!;
    expect(items.win + items.tie + items.loss).toBe(100);
    expect(notices.some(({ en }) => en.includes('100 independent units'))).toBe(true);
  });

  it('a missing answer is never better than a wrong one', () => {
    const silent = imaginedRun({
      task,
      examples,
      predictions: examples.map(() => undefined),
      model: 'silent',
    });
    const { systems, pairs } = compareRuns([silent, poor], fast);
    expect(systems[1]).toMatchObject({ name: 'silent', score: 0, coverage: { missing: 400 } });
    expect(pairs[0].most[0].a).toBe('–');
  });

  it('ranks smaller losses first', () => {
    const multi = {
      ...taskNamed('cMedIC'),
      family: 'multilabel' as const,
      primary: 'multilabel/hamming-loss@1',
    };
    const texts: Example<'multilabel'>[] = Array.from({ length: 60 }, (_, i) => ({
      id: String(i),
      input: { text: `文${i}` },
      gold: { labels: [multi.labels[i % multi.labels.length].id] },
    }));
    const right = imaginedRun({
      task: multi,
      examples: texts,
      predictions: texts.map(({ gold }) => gold),
      model: 'right',
    });
    const empty = imaginedRun({
      task: multi,
      examples: texts,
      predictions: texts.map(() => ({ labels: [] })),
      model: 'empty',
    });
    const { systems, pairs } = compareRuns([empty, right], { resamples: 500 });
    expect(systems[0]).toMatchObject({ name: 'right', score: 0 });
    expect(pairs[0]).toMatchObject({ better: 'right', items: { win: 0, loss: 60 } });
  });

  it.each([
    ['one run', () => compareRuns([good]), 'not-comparable'],
    [
      'two tasks',
      () => compareRuns([good, imaginedRun({ task: taskNamed('cMedQA'), examples: [], predictions: [] })]),
      'not-comparable',
    ],
    [
      'two splits',
      () => compareRuns([good, imaginedRun({ task, examples, predictions: [], split: 'dev' })]),
      'not-comparable',
    ],
    ['the same run twice', () => compareRuns([good, good, poor]), 'not-comparable'],
    [
      'an unknown convention',
      () => compareRuns([good, poor], { convention: 'nonsense@1' }),
      'unknown-convention',
    ],
    [
      'a curve without scores',
      () => compareRuns([good, poor], { convention: 'similarity/roc-auc@1' }),
      'not-comparable',
    ],
  ])('refuses %s', (_name, act, code) => {
    expect(act).toThrow(expect.objectContaining({ code }));
  });

  it('notices other training data', () => {
    const other = imaginedRun({
      task,
      examples,
      predictions: guess(examples, 0.9, 3),
      model: 'b',
      splitRule: 'carved',
    });
    expect(
      compareRuns([good, other], fast).notices.some(({ en }) => en.includes('trained on different data')),
    ).toBe(true);
  });
});

describe('metrics that are not means', () => {
  const pairs100 = imaginedPairs(100);
  /** Scores that are higher for gold by `lift`, rounded so that there are ties. */
  const scored = (model: string, lift: number, seed = 0) => {
    const random = createRandom(seed, model);
    const predictions = pairs100.map(({ gold }) => {
      const score = Math.round(10 * (random.next() + (gold.label === '1' ? lift : 0))) / 10;
      return { label: score > 0.6 ? '1' : '0', scores: { 1: score, 0: -score } };
    });
    return imaginedRun({ task, examples: pairs100, predictions, model, seed });
  };
  type Scored = ReturnType<typeof scored>;
  const scoreOf = ({ scores }: Scored, id: string): number =>
    scores.subsets.all.scores.find((score) => score.convention === id)!.value;

  it('tests Matthews correlation by exchange, as it adds up over units', () => {
    const [a, b] = [scored('a', 0.6), scored('b', 0.1)];
    const { pairs, test } = compareRuns([a, b], { convention: 'similarity/mcc@1', resamples: 500 });
    expect(test).toBe('permutation');
    expect(pairs[0].difference.estimate).toBeCloseTo(
      scoreOf(a, 'similarity/mcc@1') - scoreOf(b, 'similarity/mcc@1'),
      12,
    );
    expect(pairs[0]).toMatchObject({ better: 'a', items: { tie: expect.any(Number) } });
  });

  it('pairs areas under curves as a direct bootstrap does', () => {
    const [a, b] = [scored('a', 0.5), scored('b', 0.25)];
    const { pairs, test, systems } = compareRuns([a, b], { convention: 'similarity/roc-auc@1' });
    const [{ difference, p, better, items, most }] = pairs;
    expect({ test, items, most }).toEqual({ test: 'bootstrap', items: undefined, most: [] });
    expect(systems.map(({ name }) => name)).toEqual(['a', 'b']);
    // Units drawn with replacement, pairs of a positive and a negative compared one by one.
    const area = ({ predictions }: Scored, drawn: readonly number[]): number => {
      const scores = predictions.map((prediction) =>
        prediction && 'label' in prediction ? prediction.scores![1] : Number.NaN,
      );
      const of = (label: string) =>
        drawn.filter((i) => pairs100[i].gold.label === label).map((i) => scores[i]);
      const [high, low] = [of('1'), of('0')];
      let won = 0;
      for (const x of high) for (const y of low) won += x > y ? 1 : x === y ? 0.5 : 0;
      return won / (high.length * low.length);
    };
    const random = createRandom(5);
    const direct = Array.from({ length: 600 }, () => {
      const drawn = pairs100.map(() => random.below(pairs100.length));
      return area(a, drawn) - area(b, drawn);
    }).sort((x, y) => x - y);
    const everything = [...pairs100.keys()];
    expect(difference.estimate).toBeCloseTo(area(a, everything) - area(b, everything), 12);
    const spread = deviation(direct);
    expect(Math.abs(difference.standardError / spread - 1)).toBeLessThan(0.1);
    expect(Math.abs(difference.low - direct[15]) / spread).toBeLessThan(0.4);
    expect(Math.abs(difference.high - direct[584]) / spread).toBeLessThan(0.4);
    expect(p < 0.05).toBe(difference.low > 0);
    expect(better).toBe(p < 0.05 ? 'a' : null);
  });

  it('finds no difference where there is none, and averages over seeds', () => {
    const convention = 'similarity/average-precision@1';
    const runs = [scored('a', 0.4, 1), scored('a', 0.4, 2), scored('b', 0.4, 3)];
    const { pairs, systems } = compareRuns(runs, { convention, resamples: 400 });
    expect(pairs[0].p).toBeGreaterThan(0.05);
    const several = systems.find(({ name }) => name === 'a')!;
    expect(several.score).toBeCloseTo((scoreOf(runs[0], convention) + scoreOf(runs[1], convention)) / 2, 12);
    expect(several.seeds!.scores).toHaveLength(2);
    const page = presentComparison(compareRuns(runs, { convention, resamples: 400 }), 'en');
    expect(page.flatMap(({ lines }) => lines).join('\n')).toContain('not a sum over items');
  });
});

describe('presentation', () => {
  it('has the same parts in both languages and gives a verdict', () => {
    const comparison = compareRuns([good, poor], fast);
    const [en, zh] = (['en', 'zh'] as const).map((language) => presentComparison(comparison, language));
    expect(zh.map(({ table }) => table?.rows.length)).toEqual(en.map(({ table }) => table?.rows.length));
    expect(en.flatMap(({ lines }) => lines).join('\n')).toContain('good is better than poor: by');
    expect(zh.flatMap(({ lines }) => lines).join('\n')).toContain('good 优于 poor');
  });

  it('gives the verdict undecided where there are too few items', () => {
    const lines = presentComparison(compareRuns([good, fair], fast), 'en').flatMap(({ lines }) => lines);
    expect(lines.join('\n')).toMatch(/Undecided at 5 %: good − fair is .* show differences from about/);
  });

  it('keeps corpus text out of the markup', () => {
    const evil = examples.slice(0, 40).map((example, i) => ({
      ...example,
      input: { textA: `<script>|${i}`, textB: '`a` [x](javascript:1)\n# 标题' },
    }));
    const of = (model: string, right: number) =>
      imaginedRun({ task, examples: evil, predictions: guess(evil, right, 2), model });
    const page = comparisonMarkdown(
      presentComparison(compareRuns([of('a', 0.99), of('b', 0.3)], fast), 'en', true),
    );
    expect(page).not.toContain('<script>');
    expect(page).not.toContain('](javascript');
    const rows = page.split('\n').filter((line) => line.includes('script'));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(7);
  });
});
