import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../datasets/dataset.ts';
import { samplesDir } from '../datasets/directory.ts';
import { writeSubsets } from '../datasets/subsets.ts';
import { scorePredictions } from '../scoring/score-sheet.ts';
import { findTask } from '../tasks/registry.ts';
import { evaluate, type Plan } from './evaluate.ts';
import { openRuns } from './opened.ts';
import { makePlans } from './plans.ts';

const dataDir = samplesDir();
const task = findTask('cMedIC');
let root: string;
let plan: Plan;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chineseblue-judged-'));
  plan = {
    ...{ task, model: 'linear', parameters: {}, seed: 0, split: 'test', source: 'primary', dataDir },
    ...{ root: join(root, 'runs'), keepModel: false, force: false },
  };
});
afterAll(() => rm(root, { recursive: true }));

describe('regrouped@1 as the judged split', () => {
  it('is evaluated, recorded and opened again', async () => {
    const { record, scores, directory } = await evaluate({ ...plan, split: 'regrouped@1' });
    const dataset = await openDataset({ task, dir: dataDir, scheme: 'regrouped@1' });
    const { train, dev, evaluated, rule } = await dataset.division('test');
    const test = evaluated.examples;
    expect(record).toMatchObject({
      split: 'regrouped@1',
      splitRule: rule.en,
      examples: { train: train.length, dev: dev.length, evaluated: test.length },
    });
    expect(record.corpus).toHaveLength(3);
    expect(scores).toMatchObject({ split: 'regrouped@1', coverage: { missing: 0 } });
    const [opened] = await openRuns([directory], { runsDir: root, dataDir });
    expect(opened.examples).toEqual(test);
    expect(opened.predictions.every((prediction) => prediction !== undefined)).toBe(true);
  });

  it('requires no particular split, only one', () => {
    const { modelFile: _, ...rest } = plan;
    const request = {
      ...rest,
      split: 'regrouped@1' as const,
      tasks: [task],
      models: ['linear'],
      seeds: [0],
    };
    expect(makePlans(request).plans).toHaveLength(1);
    expect(makePlans({ ...request, dataDir: root }).absent).toEqual([task]);
  });
});

describe('subsets', () => {
  it('are scored in addition to all examples, even for a kept run, and an empty one has no score', async () => {
    const { evaluated, files } = await (await openDataset({ task, dir: dataDir })).division('test');
    const ids = evaluated.questions.map(({ id }) => id);
    const first = await evaluate(plan);
    expect(Object.keys(first.scores.subsets)).toEqual(['all']);
    const subsets = join(root, 'subsets');
    await writeSubsets(subsets, {
      schema: 'chineseblue/subsets@1',
      task: task.id,
      files,
      splits: { test: { clean: ids.slice(3), leaked: ids.slice(0, 3), conflicting: [] } },
    });
    const { scores, record } = await evaluate({ ...plan, subsets });
    expect(record.times).toEqual(first.record.times);
    expect(Object.keys(scores.subsets)).toEqual(['all', 'clean', 'leaked', 'conflicting']);
    expect(scores.subsets.all).toEqual(first.scores.subsets.all);
    expect(scores.subsets.leaked.examples).toBe(3);
    expect(scores.subsets.conflicting.examples).toBe(0);
    for (const { value, interval } of scores.subsets.conflicting.scores) {
      expect(value).toBeNaN();
      expect(interval).toBeUndefined();
    }
    await expect(evaluate({ ...plan, split: 'regrouped@1', subsets })).rejects.toMatchObject({
      code: 'split-regrouped',
    });
    await writeSubsets(subsets, { schema: 'chineseblue/subsets@1', task: task.id, files: [], splits: {} });
    await expect(evaluate({ ...plan, subsets })).rejects.toMatchObject({ code: 'stale-subsets' });
  });

  it.each(['cMedQANER', 'cMedQQ', 'cMedIR', 'CMDD', 'cMedIC'])('may be empty in %s', async (name) => {
    const { examples, synthetic } = await (await openDataset({ task: findTask(name), dir: dataDir })).split(
      'test',
    );
    const predictions = examples.map(() => undefined);
    const empty = new Set<string>();
    const request = { task: findTask(name), split: 'test', synthetic, examples, predictions } as const;
    const { subsets } = scorePredictions({ ...request, subsets: { empty } });
    expect(subsets.empty.units).toBe(0);
    for (const { value } of subsets.empty.scores) expect(value).toBeNaN();
  });
});
