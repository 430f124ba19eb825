import { describe, expect, it } from 'vitest';
import { findTask } from '../../tasks/registry.ts';
import { openDataset, openJudged } from '../dataset.ts';
import { samplesDir } from '../directory.ts';
import { relateTwins } from '../twins.ts';
import { foldSplits, schemeOf } from './registry.ts';

const dir = samplesDir();
const divisions = (name: string) =>
  Promise.all(
    foldSplits.map(async (split) => {
      const { dataset, part } = await openJudged({ task: findTask(name), dir, split });
      return dataset.division(part);
    }),
  );

describe('five folds', () => {
  it('are evaluated once each, and together are train and dev', async () => {
    const released = await openDataset({ task: findTask('cMedIC'), dir });
    const size = async (name: 'train' | 'dev') => (await released.split(name)).examples.length;
    const [train, dev] = [await size('train'), await size('dev')];
    const folds = await divisions('cMedIC');
    const judged = folds.flatMap(({ evaluated }) => evaluated.examples.map(({ id }) => id));
    expect(new Set(judged).size).toBe(judged.length);
    expect(judged).toHaveLength(train + dev);
    expect(judged.every((id) => /^(train|dev):/.test(id))).toBe(true);
    const sizes = folds.map(({ evaluated }) => evaluated.examples.length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan((train + dev) / 10);
    expect(folds[1].rule.en).toMatch(
      /^fold-2-of-5@1: train and dev pooled and divided into 5;.*seed 20261126$/,
    );
    expect(folds[1].files.map(({ path }) => path)).toEqual([
      'cMedIC/train.synthetic.txt',
      'cMedIC/dev.synthetic.txt',
    ]);
  });

  it.each(['cMedQQ', 'cMedQA'])(
    'of %s share neither units nor twins with their training data',
    async (name) => {
      const task = findTask(name);
      for (const { train, dev, evaluated } of await divisions(name)) {
        const parts = [
          { name: 'train', examples: train },
          { name: 'dev', examples: dev },
          { name: 'test', examples: evaluated.examples },
        ] as const;
        expect(Math.min(...parts.map(({ examples }) => examples.length))).toBeGreaterThan(0);
        const groups = parts.map(({ examples }) => new Set(examples.map(({ group }) => group)));
        expect([...groups[2]].filter((group) => groups[0].has(group) || groups[1].has(group))).toEqual([]);
        expect([...groups[1]].filter((group) => groups[0].has(group))).toEqual([]);
        const { equal, near, splitOf } = relateTwins(task, parts);
        expect([...equal, ...near].filter((twins) => new Set(twins.map(splitOf)).size > 1)).toEqual([]);
      }
    },
  );

  it('are evaluated only on their own part', async () => {
    expect(schemeOf('fold-3-of-5@1')).toEqual({ scheme: 'fold-3-of-5@1', part: 'test' });
    const dataset = await openDataset({ task: findTask('cMedIC'), dir, scheme: 'fold-3-of-5@1' });
    await expect(dataset.division('dev')).rejects.toMatchObject({ code: 'split-absent' });
  });
});
