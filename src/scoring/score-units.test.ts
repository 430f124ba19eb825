import { expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { labelF1 } from '../metrics/labels.ts';
import { taskOf } from '../tasks/families/fixtures/sample.ts';
import { floorsOf } from './floors.ts';
import { scorePredictions } from './score-sheet.ts';

const LABELS = ['a', 'b', 'c'];
const task = taskOf('classification', LABELS);
const random = createRandom(3);
const draw = () => ({ label: LABELS[random.below(3)] });
const examples = Array.from({ length: 200 }, (_, i) => ({
  id: String(i),
  input: { text: `t${i}` },
  gold: draw(),
}));
const predictions = examples.map(({ gold }) => (random.next() < 0.7 ? gold : draw()));

it('without intervals the score sheet is otherwise the same', () => {
  const whole = scorePredictions({ task, examples, predictions });
  const brief = scorePredictions({ task, examples, predictions, intervals: false });
  const { all } = whole.subsets;
  expect(all.scores.filter(({ interval }) => interval).length).toBeGreaterThan(5);
  const scores = all.scores.map((score) => ({ ...score, interval: undefined }));
  expect(brief).toEqual({ ...whole, subsets: { all: { ...all, scores } } });
});

it('floors are computed once for the same examples, and anew for another task', () => {
  const floors = floorsOf(task, examples);
  expect(floorsOf(task, examples)).toBe(floors);
  const other = { ...task, primary: 'classification/accuracy@1' };
  expect(floorsOf(other, examples)).toEqual(floorsOf(other, [...examples]));
});

it('metrics that differ only in how they average count the same', () => {
  const metrics = (['micro', 'macro/all', 'weighted'] as const).map((average) => labelF1(LABELS, average));
  expect(new Set(metrics.map(({ tally }) => tally)).size).toBe(1);
  expect(metrics[0].tally).toBeDefined();
  expect(labelF1(['a', 'b'], 'micro').tally).not.toBe(metrics[0].tally);
});
