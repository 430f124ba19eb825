import { describe, expect, it } from 'vitest';
import { UserError } from '../ground/errors.ts';
import { meanInterval } from '../scoring/mean-interval.ts';
import { groupAnswers } from '../scoring/units.ts';
import { tasks } from '../tasks/registry.ts';
import { guess, imaginedPairs, imaginedRun, taskNamed } from './fixtures/imagined.ts';
import { resultsPage } from './results-page.ts';
import { type Summary, summarize } from './summary.ts';

const task = taskNamed('cMedQQ');
const examples = imaginedPairs(40);
const run = (parts: Partial<Parameters<typeof imaginedRun>[0]>) =>
  imaginedRun({
    task,
    examples,
    predictions: guess(examples, 0.8, parts.seed ?? 0),
    model: 'majority',
    ...parts,
  });
const page = (...runs: ReturnType<typeof run>[]) => resultsPage(summarize(runs), tasks).split('\n');

describe('the page of results', () => {
  it('has one section per task and split, with its own results in each', () => {
    const lines = page(run({}), run({ split: 'dev', predictions: examples.map(({ gold }) => gold) }));
    const sections = lines.flatMap((line, i) => (line.startsWith('## ') ? [i] : []));
    expect(sections.map((at) => lines[at])).toEqual(Array(2).fill('## cMedQQ (synthetic sample)'));
    expect(lines[sections[0] + 2]).toContain(' test: 40 examples');
    expect(lines[sections[1] + 2]).toContain(' dev: 40 examples');
    expect(
      lines.filter((line) => line.startsWith('| majority | 100.00 ') && line.includes('| no seed |')),
    ).toHaveLength(1);
    expect(lines.findIndex((line) => line.startsWith('| majority | 100.00 '))).toBeGreaterThan(sections[1]);
  });

  it('gathers seeds into one row, and shows parameters that are not the default', () => {
    const parameters = { init: 'models/cbert-tiny', hidden: 128 };
    const lines = page(
      ...[0, 1, 2].map((seed) => run({ seed, model: 'bert', parameters })),
      run({ model: 'bert', parameters: { layers: 6 } }),
      run({}),
    );
    const rows = lines.filter((line) => line.startsWith('| bert'));
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(/^\| bert:cbert-tiny `hidden=128` \| \d+\.\d\d \| {2}\| ± \d+\.\d\d \(3\) \|/);
    expect(lines.findIndex((line) => line.startsWith('| majority'))).toBeLessThan(lines.indexOf(rows[0]));
    expect(rows[1]).toMatch(/^\| bert `layers=6` \| .* \| one seed \|/);
  });

  it('shows the interval of a mean over seeds, and says why there is none', () => {
    const summaries = summarize([0, 1, 2].map((seed) => run({ seed })));
    const interval = meanInterval(
      task,
      [0, 1, 2].map((seed) => ({
        part: 'test',
        units: groupAnswers(task, examples, guess(examples, 0.8, seed)),
      })),
    )!;
    const pageOf = (parts: Partial<Summary>): string =>
      resultsPage(
        summaries.map((summary) => ({ ...summary, ...parts })),
        tasks,
      );
    const known = pageOf({ interval });
    expect(known).toMatch(
      new RegExp(`\\| \\[${(100 * interval.low).toFixed(2)}, \\d\\d\\.\\d\\d\\] \\| ± .* \\(3\\) \\|`),
    );
    const NOTE = 'Means without an interval';
    expect(known).not.toContain(NOTE);
    const noInterval = new UserError('split-absent', { en: 'absent', zh: '缺失' });
    expect(pageOf({ noInterval })).toContain(NOTE);
  });
});
