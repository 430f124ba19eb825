import { flag, text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';
import { DATA_DIR } from '../options.ts';
import { QUEUE } from '../sweep.ts';
import { requireOption } from '../typed-options.ts';

const OPTIONS = {
  ...QUEUE,
  runsDir: text({
    placeholder: 'dir',
    summary: {
      en: 'directory of the runs, shared by all machines (default: that of the command that enqueued)',
      zh: '各机器共享的运行结果目录（默认与入队命令相同）',
    },
  }),
  ...DATA_DIR,
  untilEmpty: flag({
    default: false,
    summary: { en: 'end when nothing waits', zh: '没有等待的任务时结束' },
  }),
};

export const workerCommand = defineCommand({
  name: 'worker',
  summary: {
    en: 'take evaluations that `run --queue` enqueued, one at a time',
    zh: '逐一执行由 `run --queue` 放入队列的评测',
  },
  options: OPTIONS,
  examples: ['chineseblue worker --queue postgres://me@db/sweeps --runs-dir /shared/runs'],
  finishing: {
    en: 'the running evaluation goes back to the queue',
    zh: '正在执行的评测将退回队列',
  },
  async run({ options, terminal, signal }) {
    const { openSweepQueue } = await import('../../evaluation/sweep-queue.ts');
    const { workOnSweeps } = await import('../../evaluation/sweep-worker.ts');
    const { runsDir: root, dataDir, untilEmpty } = options;
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
      else terminal.printText({ en: `${done} evaluations done.`, zh: `完成 ${done} 次评测。` });
    } finally {
      progress.stop();
      await sweeps.close();
    }
  },
});
