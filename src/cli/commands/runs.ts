import type { CommandSpec } from '../command.ts';
import { chooseTasks, RESULTS, RUNS_DIR, TASK_FILE, textOption } from '../options.ts';

export const runsCommand: CommandSpec = {
  name: 'runs',
  summary: { en: 'list the runs that are kept', zh: '列出已保存的运行' },
  options: [TASK_FILE, RUNS_DIR, RESULTS],
  examples: ['chineseblue runs', 'chineseblue runs --json', 'chineseblue runs --results results.md'],
  async run({ options, terminal }) {
    const { listRuns } = await import('../../evaluation/store.ts');
    const { primaryScore } = await import('../../scoring/score-sheet.ts');
    const runs = await listRuns(textOption(options, 'runsDir'));
    if (typeof options.results === 'string') {
      const { summarize } = await import('../../evaluation/summary.ts');
      const { writeResults } = await import('../../evaluation/results-page.ts');
      const { tasks } = await chooseTasks([], options.taskFile);
      await writeResults(options.results, summarize(runs), tasks);
    }
    if (terminal.json) return terminal.printJson(runs);
    if (runs.length === 0)
      return terminal.print(terminal.say({ en: 'No run is kept here.', zh: '这里没有保存的运行。' }));
    const { formatScore } = await import('../tables.ts');
    const head = {
      en: ['run', 'task', 'split', 'model', 'seed', 'primary metric', 'score', 'started'],
      zh: ['运行', '任务', '划分', '模型', '种子', '主指标', '得分', '开始时间'],
    };
    await terminal.table(
      head[terminal.language],
      runs.map(({ record, scores }) => [
        record.id,
        record.task.id + (record.synthetic ? terminal.say({ en: ' (synthetic)', zh: '（合成样例）' }) : ''),
        record.split,
        record.model.id,
        String(record.seed),
        record.task.primary,
        formatScore(primaryScore(scores).value, record.task.primary),
        record.times.startedAt.slice(0, 19).replace('T', ' '),
      ]),
    );
  },
};
