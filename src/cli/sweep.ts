import type { Batch, BatchOptions } from '../evaluation/batch.ts';
import type { Plan } from '../evaluation/plan.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { text } from '../ground/parameters.ts';
import type { Terminal } from './terminal.ts';

/** The queue that `run` and `worker` share. */
export const QUEUE = {
  queue: text({
    placeholder: 'url',
    secret: true,
    summary: {
      en: 'postgres://…: evaluations are done by `chineseblue worker` on any number of machines',
      zh: 'postgres://…：由任意数量机器上的 `chineseblue worker` 执行评测',
    },
  }),
};

/** Throws a UserError (usage) where one of the given options is beside `option`, which it does not go with. */
export function refuseTogether(option: string, given: Readonly<Record<string, unknown>>): void {
  const [flag] = Object.entries(given).find(([, value]) => value !== undefined && value !== false) ?? [];
  if (flag === undefined) return;
  throw new UserError(
    'options-together',
    { en: `${option} does not go with ${flag}`, zh: `${option} 不能与 ${flag} 同时使用` },
    { hint: { en: 'Leave out one of the two.', zh: '请去掉其中之一。' }, exitCode: EXIT.usage },
  );
}

interface SweepRequest extends Pick<BatchOptions, 'tasks' | 'results' | 'signal'> {
  readonly queue: string;
  /** Wait for the workers. */
  readonly wait: boolean;
}

/** Enqueues plans and waits until workers have done them; returns nothing where it does not wait. */
export async function evaluateByWorkers(
  plans: readonly Plan[],
  { queue, wait, signal, ...rest }: SweepRequest,
  terminal: Terminal,
): Promise<Batch | undefined> {
  const { batchOf } = await import('../evaluation/batch.ts');
  const { awaitSweep, enqueueSweep } = await import('../evaluation/sweep.ts');
  const { openSweepQueue } = await import('../evaluation/sweep-queue.ts');
  const sweeps = await openSweepQueue(queue, (error) => terminal.alert(String(error)));
  try {
    const sweep = await enqueueSweep(sweeps, plans);
    if (!wait) {
      const enqueued = sweep.plans.filter(({ job }) => job !== undefined).length;
      const kept = plans.length - enqueued;
      if (terminal.json) terminal.printJson({ sweep: sweep.id, enqueued, kept });
      else
        terminal.printText({
          en: `${enqueued} evaluations enqueued, ${kept} were done before. The same command without --no-wait prints the table.`,
          zh: `已将 ${enqueued} 次评测放入队列，另有 ${kept} 次此前已完成。去掉 --no-wait 再次执行即可输出结果表。`,
        });
      const [impossible] = sweep.plans.flatMap(({ error }) => error ?? []);
      if (impossible) throw impossible;
      return undefined;
    }
    const progress = terminal.progress(terminal.say({ en: 'Running', zh: '运行中' }));
    const outcomes = await awaitSweep(sweeps, sweep, { signal, onProgress: progress.update }).finally(
      progress.stop,
    );
    return await batchOf(outcomes, rest);
  } finally {
    await sweeps.close();
  }
}
