import { counted } from '../../ground/counted.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { flag, integer, type Parsed, text } from '../../ground/parameters.ts';
import { SMALLEST_CELL } from '../../server/scoring/parameters.ts';
import { defineCommand } from '../command.ts';
import { chooseTask, dataDirOf } from '../open-task.ts';
import { DATA_DIR, SUBSETS, TASK_FILE } from '../options.ts';
import { clientOf, REMOTE } from '../site-options.ts';
import { QUEUE } from '../sweep.ts';
import type { Terminal } from '../terminal.ts';
import { requireOption } from '../typed-options.ts';

const OPTIONS = {
  ...QUEUE,
  runsDir: text({
    placeholder: 'dir',
    summary: {
      en: '--queue: directory of the runs, shared by all machines (default: that of the command that enqueued)',
      zh: '--queue：各机器共享的运行结果目录（默认与入队命令相同）',
    },
  }),
  ...REMOTE,
  challenge: text({
    placeholder: 'id',
    summary: {
      en: '--server: the challenge whose gold is on this machine',
      zh: '--server：金标在本机的挑战赛',
    },
  }),
  task: text({
    placeholder: 'id',
    summary: {
      en: '--server: the local task, if its id differs from the one registered for the challenge',
      zh: '--server：本机的任务（与挑战赛登记的任务 id 不同时填写）',
    },
  }),
  ...TASK_FILE,
  home: text({
    placeholder: 'dir',
    default: 'chineseblue-worker',
    summary: {
      en: '--server: directory of the secret from which resamples are drawn',
      zh: '--server：重采样密钥所在目录',
    },
  }),
  minCell: integer({
    min: 1,
    max: 1_000_000,
    default: SMALLEST_CELL,
    summary: {
      en: '--server: smallest number of items about which figures are disclosed',
      zh: '--server：涉及样本少于该数的统计不外传',
    },
  }),
  ...DATA_DIR,
  ...SUBSETS,
  untilEmpty: flag({
    default: false,
    summary: { en: 'exit when nothing is waiting', zh: '没有等待的任务时结束' },
  }),
};
type Options = Parsed<typeof OPTIONS>;

export const workerCommand = defineCommand({
  name: 'worker',
  summary: {
    en: 'run evaluations enqueued by `run --queue`, or score submissions to a challenge whose gold stays on this machine (--server)',
    zh: '执行由 `run --queue` 放入队列的评测，或为金标留在本机的挑战赛评分（--server）',
  },
  options: OPTIONS,
  excludes: {
    server: ['queue', 'runsDir'],
    queue: ['challenge', 'task', 'taskFile', 'tokenFile', 'subsets', 'home', 'minCell'],
  },
  examples: [
    'chineseblue worker --queue postgres://me@db/sweeps --runs-dir /shared/runs',
    'chineseblue worker --server https://evaluation.example --challenge ward --data-dir corpora',
  ],
  finishing: {
    en: 'an evaluation returns to the queue, scoring of a submission is completed',
    zh: '评测任务退回队列，提交评分完成后退出',
  },
  async run({ options, terminal, signal }) {
    const { queue, server } = options;
    if (queue === undefined && server === undefined) throw whichSide();
    if (server === undefined) return workOnQueue(options, terminal, signal);
    const { challenge = '' } = options;
    requireOption(OPTIONS, options, 'challenge');
    const { registeredTask, workRemotely } = await import('../../server/remote-worker.ts');
    const { tokenFile, home, minCell: leastCell, untilEmpty, subsets } = options;
    // Without the signal: a submission that was begun is sent to its end.
    const client = await clientOf({ server, tokenFile });
    const task = await taskOf(options, () => registeredTask(client, challenge));
    const dir = await dataDirOf(options);
    const onError = (error: unknown): void => terminal.alert(describe(terminal, error));
    const progress = terminal.progress({ en: 'Working', zh: '执行中' });
    const work = { client, challenge, task, dir, subsets, home, leastCell, untilEmpty, signal, onError };
    const scored = await workRemotely(work).finally(progress.stop);
    if (terminal.json) terminal.printJson({ scored });
    else
      terminal.printText({ en: `${counted(scored, 'submission')} scored.`, zh: `已评分 ${scored} 个提交。` });
  },
});

const describe = (terminal: Terminal, error: unknown): string =>
  error instanceof UserError ? `${terminal.say(error.text)} [${error.code}]` : String(error);

/** The task of a challenge: named, from a file, or as registered on the server. */
async function taskOf({ task, taskFile, dataDir }: Options, registered: () => Promise<string>) {
  const named = task ?? (taskFile === undefined ? await registered() : undefined);
  return chooseTask({ task: named === undefined ? [] : [named], taskFile, dataDir });
}

async function workOnQueue(options: Options, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const { runsDir: root, dataDir, untilEmpty } = options;
  const { openSweepQueue } = await import('../../evaluation/sweep-queue.ts');
  const { workOnSweeps } = await import('../../evaluation/sweep-worker.ts');
  const onError = (error: unknown): void => terminal.alert(String(error));
  const sweeps = await openSweepQueue(requireOption(OPTIONS, options, 'queue'), onError);
  const progress = terminal.progress(terminal.say({ en: 'Working', zh: '执行中' }));
  try {
    const done = await workOnSweeps(sweeps, {
      ...{ root, dataDir, untilEmpty, signal, onError },
      onProgress: progress.update,
    });
    progress.stop();
    if (terminal.json) terminal.printJson({ done });
    else terminal.printText({ en: `${counted(done, 'evaluation')} done.`, zh: `完成 ${done} 次评测。` });
  } finally {
    progress.stop();
    await sweeps.close();
  }
}

const whichSide = (): UserError =>
  new UserError(
    'option-missing',
    { en: '--queue or --server is required', zh: '须指定 --queue 或 --server' },
    {
      hint: {
        en: 'Use --queue URL for evaluations, --server URL --challenge ID for submissions.',
        zh: '--queue URL 执行评测，--server URL --challenge ID 为提交评分。',
      },
      exitCode: EXIT.usage,
    },
  );
