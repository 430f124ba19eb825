import { expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import { findTask } from '../tasks/registry.ts';
import { isUnsure, range } from './figures.ts';
import { scorePredictions } from './score-sheet.ts';

const task = findTask('cMedQQ');
const random = createRandom(5);

/** `n` examples, of which one in `every` is positive, with answers that are right three times out of four. */
function scored(n: number, every: number) {
  const examples: Example[] = [];
  const predictions: Prediction[] = [];
  for (let i = 0; i < n; i++) {
    const label = i % every === 0 ? '1' : '0';
    const answer = random.next() < 0.75 ? label : label === '1' ? '0' : '1';
    const score = random.next() + Number(answer === '1');
    examples.push({ id: String(i), input: { textA: `甲${i}`, textB: `乙${i}` }, gold: { label } });
    predictions.push({ label: answer, scores: { '1': score, '0': -score } });
  }
  const sheet = scorePredictions({ task, split: 'test', synthetic: true, examples, predictions });
  return new Map(
    sheet.subsets.all.scores.map(({ convention, ...score }) => [
      convention.split('/').slice(1).join('/'),
      score,
    ]),
  );
}

it('every convention of pairs has an interval around its value, also correlation and areas under curves', () => {
  const scores = scored(300, 5);
  expect([...scores.keys()]).toEqual(expect.arrayContaining(['mcc@1', 'roc-auc@1', 'average-precision@1']));
  for (const [convention, { value, interval }] of scores) {
    expect(interval, convention).toMatchObject({ method: 'bayesian', units: 300 });
    expect(interval?.flaw, convention).toBeUndefined();
    expect(interval!.estimate, convention).toBe(value);
    expect(interval!.low, convention).toBeLessThan(value);
    expect(interval!.high, convention).toBeGreaterThan(value);
  }
  expect(scores.get('mcc@1')?.interval?.resamples).toBe(10_000);
  expect(scores.get('roc-auc@1')?.interval?.resamples).toBe(2000);
});

it('intervals from few units, or few of a label, are flagged and marked', () => {
  const few = scored(60, 2);
  for (const [, { interval }] of few) expect(interval?.flaw).toBe('few-units');
  const rare = scored(300, 40);
  expect(rare.get('accuracy@1')?.interval?.flaw).toBeUndefined();
  for (const name of ['positive-f1@1', 'macro-f1/supported@1', 'mcc@1', 'roc-auc@1', 'average-precision@1']) {
    const interval = rare.get(name)?.interval;
    expect(interval, name).toMatchObject({ labelUnits: 8, flaw: 'few-units' });
    expect(isUnsure(interval)).toBe(true);
    expect(range(interval, `similarity/${name}`)).toMatch(/\]†$/);
  }
});
