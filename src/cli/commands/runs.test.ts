import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { samplesDir } from '../../datasets/directory.ts';
import { evaluate } from '../../evaluation/evaluate.ts';
import { findTask } from '../../tasks/registry.ts';
import { runMain } from '../fixtures/run-main.ts';

const root = mkdtempSync(join(tmpdir(), 'chineseblue-runs-'));
afterAll(() => rmSync(root, { recursive: true }));

it('runs of one model are told apart by the parameters in which they differ', async () => {
  for (const [model, parameters] of [
    ['knn', { k: 1 }],
    ['knn', { k: 5 }],
    ['majority', {}],
  ] as const)
    await evaluate({ task: findTask('cMedIC'), dataDir: samplesDir(), root, model, parameters });
  const { stdout } = await runMain('runs', '--runs-dir', root);
  const models = stdout.split('\n').map((line) => line.split(/ {2,}/)[3]);
  expect(models.slice(2, 5).sort()).toEqual(['knn k=1', 'knn k=5', 'majority']);
});
