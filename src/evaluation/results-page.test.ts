import { describe, expect, it } from 'vitest';
import { tasks } from '../tasks/registry.ts';
import { guess, imaginedPairs, imaginedRun, taskNamed } from './fixtures/imagined.ts';
import { resultsPage } from './results-page.ts';
import { summarize } from './summary.ts';

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
  it('has one section per task and split, with the right one in each', () => {
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
    expect(rows[0]).toMatch(
      /^\| bert:cbert-tiny `hidden=128` \| \d+\.\d\d \| \[.*\] \| ± \d+\.\d\d \(3\) \|/,
    );
    expect(lines.findIndex((line) => line.startsWith('| majority'))).toBeLessThan(lines.indexOf(rows[0]));
    expect(rows[1]).toMatch(/^\| bert `layers=6` \| .* \| one seed \|/);
  });
});
