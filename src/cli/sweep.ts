import type { Batch, BatchOptions } from '../evaluation/batch.ts';
import type { Plan } from '../evaluation/plan.ts';
import type { SweepState } from '../evaluation/sweep.ts';
import type { RunsIn } from '../evaluation/sweep-queue.ts';
import { counted } from '../ground/counted.ts';
import type { UserError } from '../ground/errors.ts';
import { listed, type Text } from '../ground/language.ts';
import { choice, flag, type Parsed, text } from '../ground/parameters.ts';
import type { Terminal } from './terminal.ts';

/** The queue that `run` and `worker` share. */
export const QUEUE = {
  queue: text({
    placeholder: 'url',
    secret: true,
    summary: {
      en: 'postgres://…: evaluations are run by `chineseblue worker` on any number of machines',
      zh: 'postgres://…：由任意数量机器上的 `chineseblue worker` 执行评测',
    },
  }),
};

/** The options of `run` for a queue, besides its address. */
export const SWEEP = {
  ...QUEUE,
  runsIn: choice(['database', 'directory'] satisfies readonly RunsIn[], {
    default: 'database',
    summary: {
      en: 'with --queue: where workers store runs; directory: --runs-dir, shared by all machines',
      zh: '与 --queue 同用：工作进程存放运行的位置；directory 为各机器共享的 --runs-dir',
    },
  }),
  wait: flag({
    default: true,
    summary: {
      en: 'with --queue: return once the evaluations are enqueued',
      zh: '与 --queue 同用：放入队列后立即返回',
    },
  }),
  progress: flag({
    default: false,
    summary: {
      en: 'with --queue: print a line for every finished evaluation',
      zh: '与 --queue 同用：每完成一次评测输出一行',
    },
  }),
};

interface SweepRequest extends Pick<BatchOptions, 'tasks' | 'results' | 'signal'> {
  readonly sweep: Parsed<typeof SWEEP> & { readonly queue: string };
}

/** Enqueues plans and waits until workers have done them; returns nothing where it does not wait. */
export async function evaluateByWorkers(
  plans: readonly Plan[],
  { sweep: { queue, wait, runsIn, progress: isLive }, signal, ...rest }: SweepRequest,
  terminal: Terminal,
): Promise<Batch | undefined> {
  const { batchOf } = await import('../evaluation/batch.ts');
  const { awaitSweep, enqueueSweep } = await import('../evaluation/sweep.ts');
  const { openSweepQueue } = await import('../evaluation/sweep-queue.ts');
  const sweeps = await openSweepQueue(queue, (error) => terminal.alert(String(error)));
  try {
    const sweep = await enqueueSweep(sweeps, plans, runsIn);
    if (!wait) {
      const enqueued = sweep.plans.filter(({ job }) => job !== undefined).length;
      const kept = plans.length - enqueued;
      if (terminal.json) terminal.printJson({ sweep: sweep.id, enqueued, kept });
      else
        terminal.printText({
          en: `${counted(enqueued, 'evaluation')} enqueued, ${kept} already done. The same command without --no-wait prints the table.`,
          zh: `已将 ${enqueued} 次评测放入队列，另有 ${kept} 次此前已完成。去掉 --no-wait 再次执行即可输出结果表。`,
        });
      const [impossible] = sweep.plans.flatMap(({ error }) => error ?? []);
      if (impossible) throw impossible;
      return undefined;
    }
    const progress = terminal.progress(terminal.say({ en: 'Running', zh: '运行中' }));
    const outcomes = await awaitSweep(sweeps, sweep, {
      signal,
      onState: (state) => progress.update(state.share, describeState(state)),
      onEnded: isLive ? (plan, error) => terminal.alert(describeEnd(plan, error)) : undefined,
    }).finally(progress.stop);
    return await batchOf(outcomes, { ...rest, signal });
  } finally {
    await sweeps.close();
  }
}

/** How many evaluations are named at a time. */
const NAMED = 4;

function describeState({ done, all, failed, running }: SweepState): Text {
  const named = running.slice(0, NAMED).map(({ task, model }) => `${task.id} ${model}`);
  const now = listed(running.length > NAMED ? [...named, '…'] : named);
  return {
    en: `${done} of ${all}${failed > 0 ? `, ${failed} failed` : ''}, ${running.length} running${now.en && `: ${now.en}`}`,
    zh: `${done}/${all}${failed > 0 ? `，失败 ${failed}` : ''}，正在执行 ${running.length}${now.zh && `：${now.zh}`}`,
  };
}

function describeEnd({ task, model, seed }: Plan, error: UserError | undefined): Text {
  const name = `${task.id} ${model} s${seed}`;
  return error
    ? { en: `${name}: ${error.text.en}`, zh: `${name}：${error.text.zh}` }
    : { en: `${name}: done`, zh: `${name}：完成` };
}
