import { openJudged } from '../datasets/dataset.ts';
import type { Estimate } from '../models/contract.ts';
import { findModel } from '../models/registry.ts';
import { devScore } from '../scoring/dev-score.ts';
import type { Task } from '../tasks/task.ts';
import type { Plan } from './plan.ts';
import { sampleOf } from './sample.ts';

/** The destinations of the texts of tasks. */
export interface Destination {
  readonly url: string;
  readonly tasks: readonly Task[];
}

/** The services that plans would send texts to. Throws the UserErrors of resolving parameters. */
export async function destinationsOf(plans: readonly Plan[]): Promise<Destination[]> {
  const tasks = new Map<string, Set<Task>>();
  for (const { model, parameters, task } of plans) {
    const url = await findModel(model).destination(parameters);
    if (url !== undefined) tasks.set(url, (tasks.get(url) ?? new Set()).add(task));
  }
  return Array.from(tasks, ([url, sent]) => ({ url, tasks: [...sent] }));
}

/** Estimated usage of a plan. */
export interface Outlook extends Estimate {
  readonly plan: Plan;
  /** `kind:name`. */
  readonly name: string;
}

/** Estimated usage of plans of kinds with paid answers; nothing is sent. Free kinds are left out. */
export async function estimatePlans(plans: readonly Plan[], signal?: AbortSignal): Promise<Outlook[]> {
  const outlooks: Outlook[] = [];
  for (const plan of plans) {
    const kind = findModel(plan.model);
    if (!kind.isRemote(plan.parameters)) continue;
    const { task: declared, dataDir: dir, split, source, seed } = plan;
    const { dataset, part } = await openJudged({ task: declared, dir, split, source });
    const { task } = dataset;
    const { train, dev, evaluated } = await dataset.division(part);
    const parameters = await kind.resolve(plan.parameters, { task });
    const inputs = sampleOf(evaluated.questions, plan.limit).map(({ input }) => input);
    const request = { task, train, dev, seed, parameters, score: devScore(task), signal };
    const estimate = await kind.estimate(request, inputs);
    const { [kind.mainParameter ?? '']: main } = plan.parameters;
    const name = main === undefined ? kind.id : `${kind.id}:${main}`;
    if (estimate) outlooks.push({ plan, name, ...estimate });
  }
  return outlooks;
}
