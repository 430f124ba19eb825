import { EXIT, UserError } from '../ground/errors.ts';
import { acquireLock } from '../ground/lock.ts';
import type { BatchModel, BatchState } from '../models/contract.ts';
import { fitModel, openEvaluation } from './evaluate.ts';
import type { Plan } from './plan.ts';

/** The action on the batches of a plan. */
export type BatchAction = keyof BatchModel;

/** The batches of one plan, after an action. */
export interface PlanBatches {
  readonly plan: Plan;
  readonly runId: string;
  readonly batches: readonly BatchState[];
}

/**
 * Submits, looks at or collects the batches of plans, one plan at a time. Answers go to the journals of the runs: `evaluate`
 * then finds them there. Throws a UserError `no-batches` for kinds that have none.
 */
export async function handleBatches(
  plans: readonly Plan[],
  action: BatchAction,
  signal?: AbortSignal,
): Promise<PlanBatches[]> {
  const handled: PlanBatches[] = [];
  for (const plan of plans) {
    const evaluation = await openEvaluation(plan);
    await using _lock = await acquireLock(evaluation.paths.lock);
    const { batch } = await fitModel(evaluation, { signal });
    if (!batch) throw noBatches(plan.model);
    const inputs = evaluation.questions.map(({ input }) => input);
    handled.push({ plan, runId: evaluation.id, batches: await batch[action](inputs, signal) });
  }
  return handled;
}

const noBatches = (model: string): UserError =>
  new UserError(
    'no-batches',
    { en: `Models of kind ${model} do not support batches`, zh: `${model} 类模型不支持批处理` },
    { hint: { en: 'Use `chineseblue run`.', zh: '请使用 `chineseblue run`。' }, exitCode: EXIT.usage },
  );
