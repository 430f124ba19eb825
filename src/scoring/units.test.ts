import { expect, it } from 'vitest';
import { openDataset } from '../datasets/dataset.ts';
import { samplesDir } from '../datasets/directory.ts';
import { sumCounts } from '../statistics/counts.ts';
import { conventionsOf } from '../tasks/conventions.ts';
import { familyOf } from '../tasks/families/registry.ts';
import { findTask } from '../tasks/registry.ts';
import { countUnits, createScorer, groupAnswers, narrowTo } from './units.ts';

it.each(['cMedIC', 'cMedQQ', 'cMedIR'])('scores the units of %s one by one as all at once', async (name) => {
  const { task, split } = await openDataset({ task: findTask(name), dir: samplesDir() });
  const { examples } = await split('test');
  const guesses = [1, 2].map((seed) => familyOf(task).guess!(examples, seed));
  let compared = 0;
  for (const convention of conventionsOf(task)) {
    const metric = convention.metric(task);
    if ('whole' in metric) continue;
    const score = createScorer(task, examples, metric);
    for (const guess of guesses) {
      const units = groupAnswers(task, examples, guess);
      const narrow = narrowTo(metric, units);
      expect(score(guess)).toBe(narrow.value(sumCounts(countUnits(narrow, units), narrow.width)));
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(1);
});

it('has a unit for each group, and one for each example without a group', async () => {
  const { task, split } = await openDataset({ task: findTask('cMedIC'), dir: samplesDir() });
  const [a, b, c, d] = (await split('test')).examples;
  const grouped = [a, { ...b, group: 'g' }, c, { ...d, group: 'g' }];
  const answers = grouped.map(({ gold }) => gold as { label: string });
  const units = groupAnswers(task, grouped, answers);
  expect(units.map((unit) => unit.map(({ input }) => input))).toEqual([
    [a.input],
    [b.input, d.input],
    [c.input],
  ]);
});
