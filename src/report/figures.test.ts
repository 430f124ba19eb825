import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { guess, imaginedPairs, imaginedRun, taskNamed } from '../evaluation/fixtures/imagined.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import { byFrequency, byLength, bySpeaker } from './breakdown.ts';
import { calibrate } from './calibration.ts';
import { classFigures, confusion } from './classes.ts';
import { learningCurves } from './learning.ts';
import { findErrors, showExamples } from './run-errors.ts';

const task = taskNamed('cMedQQ');
const examples = imaginedPairs(200);
const run = imaginedRun({ task, examples, predictions: guess(examples, 0.8, 3) });
const shown = showExamples(run);
const answers = findErrors(run, shown);

it('figures of classes agree with the metric', () => {
  const { figures, leftOut } = classFigures(run, shown, answers);
  expect(leftOut).toBe(0);
  expect(figures.map(({ label }) => label).sort()).toEqual(['0', '1']);
  const positive = figures.find(({ label }) => label === '1')!;
  const scored = run.scores.subsets.all.scores.find(
    ({ convention }) => convention === 'similarity/positive-f1@1',
  )!;
  expect(positive.f1.estimate).toBeCloseTo(scored.value, 12);
  expect(positive).toMatchObject({ gold: 100 });
  expect(positive.f1.low).toBeLessThan(positive.f1.estimate);
});

it('confusions sum to the examples, the diagonal to the right ones', () => {
  const { counts } = confusion(shown, answers, ['0', '1'])!;
  expect(counts.flat().reduce((a, b) => a + b)).toBe(200);
  expect(counts[0][0] + counts[1][1]).toBe(200 - answers.errors.flat().length);
});

it('confusions of entities have a column for missed ones', () => {
  const one: Example<'ner'> = {
    id: '0',
    input: { text: '肺癌高血压' },
    gold: {
      entities: [
        { start: 0, end: 2, type: 'disease' },
        { start: 2, end: 5, type: 'disease' },
      ],
    },
  };
  const entities = imaginedRun({
    task: taskNamed('cMedQANER'),
    examples: [one],
    predictions: [{ entities: [{ start: 0, end: 2, type: 'body' }] }],
  });
  const seen = showExamples(entities);
  expect(confusion(seen, findErrors(entities, seen), ['disease', 'body'])).toEqual({
    rows: ['disease', 'body'],
    columns: ['disease', 'body', null],
    counts: [
      [0, 1, 1],
      [0, 0, 0],
    ],
  });
});

it('slices by length contain every example once and score as the metric does', () => {
  const long = examples.map((example, i) => ({
    ...example,
    input: { textA: '长'.repeat(1 + (i % 50)), textB: '' },
  }));
  const breakdown = byLength(imaginedRun({ task, examples: long, predictions: guess(long, 0.7, 1) }))!;
  expect(breakdown.slices).toHaveLength(5);
  expect(breakdown.slices.reduce((sum, { count }) => sum + count, 0)).toBe(200);
  expect(breakdown.slices[0].name.en).toBe('1–10');
  const equal = byLength(
    imaginedRun({ task, examples: examples.slice(0, 10), predictions: guess(examples.slice(0, 10), 1, 1) }),
  )!;
  expect(equal.slices.map(({ name, count, value }) => [name.en, count, value.estimate])).toEqual([
    ['6', 10, 1],
  ]);
});

it('recall by frequency in the training data', () => {
  const text = '肺癌与肝癌';
  const entities = [
    { start: 0, end: 2, type: 'disease' },
    { start: 3, end: 5, type: 'disease' },
  ];
  const test: Example<'ner'>[] = [{ id: '0', input: { text }, gold: { entities } }];
  const train: Example<'ner'>[] = Array.from({ length: 3 }, (_, i) => ({
    id: `t${i}`,
    input: { text },
    gold: { entities: [entities[0]] },
  }));
  const found = imaginedRun({
    task: taskNamed('cMedQANER'),
    examples: test,
    predictions: [{ entities: [entities[0]] }],
  });
  const seen = showExamples(found);
  const slices = byFrequency(found, seen, findErrors(found, seen), train)!.slices;
  expect(slices.map(({ name, count, value }) => [name.en, count, value.estimate])).toEqual([
    ['0', 1, 0],
    ['3–10', 1, 1],
  ]);
  expect(byFrequency(found, seen, findErrors(found, seen), [])).toBeUndefined();
});

it('recall by speaker', () => {
  const dialogue: Example<'dialogue'> = {
    id: '0',
    input: {
      turns: [
        { speaker: '医生', text: '咳嗽吗' },
        { speaker: '患者', text: '发热' },
      ],
    },
    gold: {
      symptoms: [
        { name: '咳嗽', status: 'true' },
        { name: '发热', status: 'true' },
        { name: '鼻塞', status: 'false' },
      ],
      entities: [
        { turn: 0, start: 0, end: 2, name: '咳嗽' },
        { turn: 1, start: 0, end: 2, name: '发热' },
      ],
    },
  };
  const answer: Prediction<'dialogue'> = { symptoms: [{ name: '发热', status: 'true' }] };
  const heard = imaginedRun({ task: taskNamed('CMDD'), examples: [dialogue], predictions: [answer] });
  const seen = showExamples(heard);
  const slices = bySpeaker(heard, seen, findErrors(heard, seen))!.slices;
  expect(Object.fromEntries(slices.map(({ name, value }) => [name.zh, value.estimate]))).toEqual({
    医生: 0,
    患者: 1,
    未标注: 0,
  });
});

it('calibration: right as often as stated gives no error', () => {
  const labels = imaginedPairs(1000);
  const predictions = labels.map(({ gold }, i) => {
    const right = i % 10 < 7;
    const label = right ? gold.label : String(1 - Number(gold.label));
    return { label, scores: { [label]: 0.75, [String(1 - Number(label))]: 0.25 } };
  });
  const calibration = calibrate(imaginedRun({ task, examples: labels, predictions }));
  expect(calibration).toMatchObject({ count: 1000, bins: [{ from: 0.7, accuracy: 0.7, confidence: 0.75 }] });
  if (typeof calibration === 'object') {
    expect(calibration.ece).toBeCloseTo(0.05, 12);
    expect(calibration.brier).toBeCloseTo(0.7 * 2 * 0.25 ** 2 + 0.3 * 2 * 0.75 ** 2, 12);
    expect(calibration.bins[0].low).toBeCloseTo(0.6709, 3);
    expect(calibration.bins[0].high).toBeCloseTo(0.7276, 3);
  }
});

it('calibration needs probabilities', () => {
  const margins = examples.map(() => ({ label: '1', scores: { 0: -3, 1: 2 } }));
  expect(calibrate(imaginedRun({ task, examples, predictions: margins }))).toBe('not-probabilities');
  expect(calibrate(run)).toBe('none');
});

it('learning curves: every number over the steps, half lines left out, long ones thinned', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chineseblue-learning-'));
  try {
    expect(await learningCurves(directory)).toBeUndefined();
    const lines = Array.from({ length: 1000 }, (_, i) =>
      JSON.stringify({ step: i, loss: 1000 - i, note: 'x', ...(i % 500 === 0 && { dev: i / 1000 }) }),
    );
    await writeFile(
      join(directory, 'train.jsonl'),
      `${lines.join('\n')}\n{"step": 1e999, "loss": 1}\n{"step": 10`,
    );
    const { axis, curves } = (await learningCurves(directory))!;
    expect(axis).toBe('step');
    expect(curves.map(({ name, points }) => [name, points.length])).toEqual([
      ['loss', 334],
      ['dev', 2],
    ]);
    expect(curves[0].points[0]).toEqual({ x: 1, y: 999 });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

it('of very many classes shows the most frequent ones and says how many more occur', () => {
  const wide = taskNamed('cMedTC');
  const labelled = Array.from({ length: 450 }, (_, i): Example<'classification'> => {
    const label = i < 200 ? 'frequent' : `c${i}`;
    return { id: String(i), input: { text: String(i) }, gold: { label } };
  });
  const answering = imaginedRun({
    task: wide,
    examples: labelled,
    predictions: labelled.map(({ gold }) => gold),
  });
  const seen = showExamples(answering);
  const { figures, leftOut } = classFigures(answering, seen, findErrors(answering, seen));
  expect(figures).toHaveLength(200);
  expect(figures[0]).toMatchObject({ label: 'frequent', gold: 200, right: 200 });
  expect(leftOut).toBe(51);
});
