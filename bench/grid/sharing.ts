/**
 * Keeps what `chineseblue data audit` finds about each task of the grid: the score of a rule that reads no text, only the labels
 * of examples in earlier splits that share one. Writes bench/results/grid/TASK/sharing.json where there is such a rule for test.
 *
 *   npx node bench/grid/sharing.ts [--data DIR] [--only cMedQQ,cMedQA]
 */
import { parseArgs } from 'node:util';
import { auditDataset } from '../../src/audit/audit.ts';
import { openDataset } from '../../src/datasets/dataset.ts';
import { resolveDataDir } from '../../src/datasets/directory.ts';
import { writeJson } from '../../src/ground/files.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { RECIPES } from './recipes.ts';
import { type Sharing, sharingFile } from './sharing-kept.ts';

const { values } = parseArgs({ options: { data: { type: 'string' }, only: { type: 'string' } } });
const { dir } = resolveDataDir(values.data, process.env);

for (const id of values.only?.split(',') ?? Object.keys(RECIPES)) {
  const task = findTask(id);
  const { sharing } = await auditDataset(await openDataset({ task, dir }));
  const row = sharing.find(({ split, convention }) => split === 'test' && convention === task.primary);
  console.log(`${id}: ${row ? (100 * row.score).toFixed(1) : 'no such rule'}`);
  if (!row) continue;
  const { score, from, examples, sharing: shared } = row;
  await writeJson(sharingFile(id), { score, from, examples, sharing: shared } satisfies Sharing);
}
