import type { UserError } from '../../ground/errors.ts';
import type { CommandSpec } from '../command.ts';
import { chooseTasks, RESULTS, RUNS_DIR, TASK_FILE, textOption } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export const runsCommand: CommandSpec = {
  name: 'runs',
  summary: { en: 'list kept runs', zh: '列出已保存的运行' },
  options: [TASK_FILE, RUNS_DIR, RESULTS],
  examples: ['chineseblue runs', 'chineseblue runs --json', 'chineseblue runs --results results.md'],
  async run({ options, terminal }) {
    const { listRuns } = await import('../../evaluation/store.ts');
    const { primaryScore } = await import('../../scoring/score-sheet.ts');
    const runs = await listRuns(textOption(options, 'runsDir'), { onSkip: noteSkipped(terminal) });
    if (typeof options.results === 'string') {
      const { summarize } = await import('../../evaluation/summary.ts');
      const { writeResults } = await import('../../evaluation/results-page.ts');
      const { tasks } = await chooseTasks([], options.taskFile);
      await writeResults(options.results, summarize(runs), tasks);
    }
    if (terminal.json) return terminal.printJson(runs);
    if (runs.length === 0)
      return terminal.print(terminal.say({ en: 'There are no runs here.', zh: '这里没有运行。' }));
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
        record.model.name,
        String(record.seed),
        record.task.primary,
        formatScore(primaryScore(scores).value, record.task.primary),
        record.times.startedAt.slice(0, 19).replace('T', ' '),
      ]),
    );
  },
};

/** Warns of a run that cannot be used; the others are shown. */
export const noteSkipped =
  (terminal: Terminal) =>
  (run: string, error: UserError): void =>
    terminal.note(
      terminal.say({
        en: `Skipped ${run}: ${error.text.en}`,
        zh: `已跳过 ${run}：${error.text.zh}`,
      }),
    );
