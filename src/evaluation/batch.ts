import { openJudged } from '../datasets/dataset.ts';
import { judgedSplit, type Task } from '../tasks/task.ts';
import { addIntervals } from './mean-intervals.ts';
import { makePlans, type PlanList, type PlanRequest } from './plans.ts';
import { evaluateAll, type Outcome, type PoolOptions } from './pool.ts';
import { writeResults } from './results-page.ts';
import type { StoredRun } from './store.ts';
import { type Summary, summarize } from './summary.ts';

export interface BatchRequest extends PlanRequest {
  /** The tasks were named one by one: none may lack its data. */
  readonly required: boolean;
}

/** As `makePlans`. Throws the UserError of reading the evaluation split if a required one is absent. */
export async function planBatch({ required, ...request }: BatchRequest): Promise<PlanList> {
  const list = makePlans(request);
  if (required && list.absent.length > 0) await readJudged(list.absent[0], request);
  return list;
}

async function readJudged(
  task: Task,
  { dataDir, split = judgedSplit(task), source }: PlanRequest,
): Promise<void> {
  const { dataset, part } = await openJudged({ task, dir: dataDir, split, source });
  await dataset.split(part);
}

export interface BatchOptions extends PoolOptions {
  /** A Markdown page that is written with the table of results. */
  readonly results?: string;
  /** For the page: the tasks that the plans are about. */
  readonly tasks: readonly Task[];
}

/** The outcome of a batch of plans. */
export interface Batch {
  readonly runs: readonly StoredRun[];
  readonly summaries: readonly Summary[];
  readonly failures: readonly Extract<Outcome, { readonly error: unknown }>[];
}

/** Evaluates all plans and summarizes the runs over their seeds. Throws as `evaluateAll`. */
export async function evaluateBatch(
  plans: PlanList['plans'],
  { results, tasks, ...pool }: BatchOptions,
): Promise<Batch> {
  return batchOf(await evaluateAll(plans, pool), { results, tasks, signal: pool.signal });
}

/** Summarizes how plans of one request ended, wherever they were evaluated. */
export async function batchOf(
  outcomes: readonly Outcome[],
  { results, tasks, signal }: Pick<BatchOptions, 'results' | 'tasks' | 'signal'>,
): Promise<Batch> {
  const runs = outcomes.flatMap((outcome) => ('run' in outcome ? [outcome.run] : []));
  const failures = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : []));
  const plan = outcomes[0]?.plan;
  const summaries = plan
    ? await addIntervals(summarize(runs), {
        ...{ dataDir: plan.dataDir, subsets: plan.subsets, among: tasks, signal },
      })
    : [];
  if (results !== undefined) await writeResults(results, summaries, tasks);
  return { runs, summaries, failures };
}
