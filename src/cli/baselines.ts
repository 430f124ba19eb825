import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { readTextFile, writeJson } from '../ground/files.ts';
import type { Site } from '../server/site.ts';
import type { Task } from '../tasks/task.ts';

/** The baselines not on the boards yet; the file exists until all are. */
const pendingFile = z.object({ dataDir: z.string(), tasks: z.array(z.string()) });

const pathOf = (dir: string): string => join(dir, 'baselines', 'pending.json');

/** Notes that the baselines of tasks belong on the boards of a server, now or at its next start. */
export const planBaselines = (dir: string, dataDir: string, tasks: readonly Task[]): Promise<void> =>
  writeJson(pathOf(dir), { dataDir, tasks: tasks.map(({ id }) => id) });

/**
 * Evaluates the baselines that are not on the boards yet, in separate processes, and submits the answers of
 * each when it is ready. Baselines evaluated by an earlier start are neither evaluated nor submitted again.
 */
export async function submitBaselines(site: Site, dir: string, signal: AbortSignal): Promise<void> {
  const written = await readTextFile(pathOf(dir)).catch(() => undefined);
  if (written === undefined) return;
  const { dataDir, tasks: ids } = pendingFile.parse(JSON.parse(written));
  const { chooseTasks } = await import('./open-task.ts');
  const { makePlans } = await import('../evaluation/plans.ts');
  const { evaluateAll } = await import('../evaluation/pool.ts');
  const { submitBaseline } = await import('../server/baseline.ts');
  const { tasks } = await chooseTasks(ids, undefined, dataDir);
  const { plans } = makePlans({
    tasks,
    models: ['all-baselines'],
    seeds: [0],
    split: 'test',
    ...{ parameters: {}, source: 'primary', dataDir, root: join(dir, 'baselines') },
    ...{ keepModel: false, force: false },
  });
  const handed: Promise<void>[] = [];
  await evaluateAll(plans, {
    // A single one would be evaluated in this process, which answers requests.
    jobs: 2,
    signal,
    onOutcome(outcome) {
      if (!('run' in outcome)) return;
      const { plan, run } = outcome;
      const file = join(run.directory, 'predictions.jsonl');
      const { model, seed, task } = plan;
      handed.push(submitBaseline(site, { challenge: task.id, phase: 'test', model, seed, file }));
    },
  });
  await Promise.all(handed);
  await rm(pathOf(dir));
}
