/**
 * How evenly labels are spread over the queries of cMedQQ: of the queries with an even number of pairs in all splits, the share
 * that has as many matches as other pairs; and the same after the labels were shuffled among the pairs.
 *
 *   npx node bench/audit/balance.ts [--data DIR]
 */
import { parseArgs } from 'node:util';
import { openDataset } from '../../src/datasets/dataset.ts';
import { resolveDataDir } from '../../src/datasets/directory.ts';
import { createRandom, shuffle } from '../../src/ground/random.ts';
import type { Example } from '../../src/tasks/examples.ts';
import { familyOf } from '../../src/tasks/families/registry.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { comparisonForm } from '../../src/text/normalise.ts';

const SEED = 0;
const { values } = parseArgs({ options: { data: { type: 'string' } } });
const task = findTask('cMedQQ');
const dataset = await openDataset({ task, dir: resolveDataDir(values.data, process.env).dir });
const examples: Example[] = [];
for (const split of dataset.splits) examples.push(...(await dataset.split(split)).examples);

/** The share of evenly labelled queries, and the number of queries with an even number of pairs. */
function balance(labels: readonly boolean[]): { readonly share: number; readonly queries: number } {
  const counts = new Map<string, { matches: number; pairs: number }>();
  for (const [i, { input }] of examples.entries()) {
    for (const query of new Set(familyOf(task).texts(input).map(comparisonForm))) {
      const count = counts.get(query) ?? { matches: 0, pairs: 0 };
      count.pairs++;
      if (labels[i]) count.matches++;
      counts.set(query, count);
    }
  }
  const even = [...counts.values()].filter(({ pairs }) => pairs % 2 === 0);
  const balanced = even.filter(({ matches, pairs }) => 2 * matches === pairs);
  return { share: balanced.length / even.length, queries: even.length };
}

const labels = examples.map(({ gold }) => 'label' in gold && gold.label === task.positive);
const shuffled = shuffle([...labels], createRandom(SEED, 'labels'));
for (const [name, given] of [
  ['as released', labels],
  ['shuffled', shuffled],
] as const) {
  const { share, queries } = balance(given);
  console.log(`${name}: ${(100 * share).toFixed(1)} % of ${queries} queries`);
}
