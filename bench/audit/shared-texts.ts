/**
 * Predicts pairs of cMedQQ without reading them, from the labels that train gives to other pairs with the same query: a pair
 * matches if its queries have a smaller share of matches in train than train has, or do not occur there. Prints the positive
 * F1 and the accuracy on dev and test, in percent.
 *
 *   npx node bench/audit/shared-texts.ts [--data DIR]
 */
import { parseArgs } from 'node:util';
import { openDataset } from '../../src/datasets/dataset.ts';
import { resolveDataDir } from '../../src/datasets/directory.ts';
import { familyOf } from '../../src/tasks/families/registry.ts';
import { findTask } from '../../src/tasks/registry.ts';
import type { SplitName } from '../../src/tasks/task.ts';

const { values } = parseArgs({ options: { data: { type: 'string' } } });
const task = findTask('cMedQQ');
const dataset = await openDataset({ task, dir: resolveDataDir(values.data, process.env).dir });

interface Pair {
  readonly texts: readonly string[];
  readonly matches: boolean;
}

async function pairsOf(split: SplitName): Promise<Pair[]> {
  const { examples } = await dataset.split(split);
  return examples.map(({ input, gold }) => ({
    texts: familyOf(task).texts(input),
    matches: 'label' in gold && gold.label === task.positive,
  }));
}

const share = (labels: readonly boolean[]): number => labels.filter(Boolean).length / labels.length;

const train = await pairsOf('train');
const labels = new Map<string, boolean[]>();
for (const { texts, matches } of train)
  for (const text of texts) labels.set(text, [...(labels.get(text) ?? []), matches]);
const overall = share(train.map(({ matches }) => matches));

for (const split of ['dev', 'test'] as const) {
  const pairs = await pairsOf(split);
  const known = pairs.map(({ texts }) => texts.flatMap((text) => labels.get(text) ?? []));
  const predicted = known.map((seen) => seen.length === 0 || share(seen) < overall);
  const right = pairs.filter(({ matches }, i) => matches && predicted[i]).length;
  const gold = pairs.filter(({ matches }) => matches).length;
  const f1 = (200 * right) / (predicted.filter(Boolean).length + gold);
  const accuracy = 100 * share(pairs.map(({ matches }, i) => matches === predicted[i]));
  const shared = known.filter((seen) => seen.length > 0).length;
  console.log(
    `${split}: F1 ${f1.toFixed(1)}, accuracy ${accuracy.toFixed(1)}; ${shared} of ${pairs.length} pairs share a query with train; a match for every pair: F1 ${((200 * gold) / (pairs.length + gold)).toFixed(1)}`,
  );
}
