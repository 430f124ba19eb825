import type { StoredRun } from '../../evaluation/store.ts';
import type { UserError } from '../../ground/errors.ts';
import { flag } from '../../ground/parameters.ts';
import { defineCommand, type Invocation } from '../command.ts';
import { chooseTasks, dataDirOf } from '../open-task.ts';
import { DATA_DIR, RESULTS, RUNS_DIR, TASK_FILE } from '../options.ts';
import type { Terminal } from '../terminal.ts';

const OPTIONS = {
  ...TASK_FILE,
  ...DATA_DIR,
  ...RUNS_DIR,
  ...RESULTS,
  verify: flag({
    default: false,
    summary: {
      en: 'verify the hashes of every kept file, models included',
      zh: '校验全部已保存文件（含模型）的哈希',
    },
  }),
};

export const runsCommand = defineCommand({
  name: 'runs',
  summary: { en: 'list kept runs', zh: '列出已保存的运行' },
  options: OPTIONS,
  needs: { taskFile: ['results'], dataDir: ['results'] },
  excludes: { verify: ['results'] },
  examples: [
    'chineseblue runs',
    'chineseblue runs --json',
    'chineseblue runs --results results.md',
    'chineseblue runs --verify',
  ],
  async run({ options, terminal, signal }) {
    const { runsDir, results } = options;
    if (options.verify) return verify(runsDir, terminal);
    const { listRuns } = await import('../../evaluation/store.ts');
    const runs = await listRuns(runsDir, { onSkip: noteSkipped(terminal) });
    if (results !== undefined) await writePage(results, runs, { options, terminal, signal });
    const shown = terminal.beside(results);
    if (terminal.json) return shown.printJson(runs);
    if (runs.length === 0)
      return shown.print(shown.say({ en: 'There are no runs here.', zh: '这里没有运行。' }));
    await printRuns(runs, shown);
  },
});

/** The page of results; means of several seeds and folds get their intervals where these can be computed. */
async function writePage(
  file: string,
  runs: readonly StoredRun[],
  { options, terminal, signal }: Omit<Invocation<typeof OPTIONS>, 'operands'>,
): Promise<void> {
  const { summarize } = await import('../../evaluation/summary.ts');
  const { addIntervals } = await import('../../evaluation/mean-intervals.ts');
  const { writeResults } = await import('../../evaluation/results-page.ts');
  const dataDir = await dataDirOf(options);
  const { tasks } = await chooseTasks([], options.taskFile, dataDir);
  const summaries = await addIntervals(summarize(runs), { dataDir, among: tasks, signal });
  await writeResults(file, summaries, tasks);
  const { printMissingIntervals } = await import('../tables.ts');
  printMissingIntervals(summaries, terminal);
}

/** Throws a UserError where a file of any run is damaged, after naming each. */
async function verify(root: string, terminal: Terminal): Promise<void> {
  const { verifyRuns } = await import('../../evaluation/verify.ts');
  const { formatPlace, UserError } = await import('../../ground/errors.ts');
  const { whole, damaged } = await verifyRuns(root);
  const counts = {
    en: `Intact runs: ${whole.length}; damaged: ${damaged.length}`,
    zh: `${whole.length} 个运行完好，${damaged.length} 个与写入时不符`,
  };
  if (terminal.json) {
    const problems = damaged.map(({ directory, error: { code, message, place, hint } }) => ({
      ...{ directory, code, message, ...place, hint },
    }));
    terminal.printJson({ whole, damaged: problems });
  } else {
    for (const { error } of damaged) {
      const where = formatPlace(error.place, terminal.language);
      terminal.print(`${where}: ${terminal.say(error.text)}\n  ${terminal.say(error.hintText)}`);
    }
    terminal.print(terminal.say(counts));
  }
  if (damaged.length > 0) throw new UserError('damaged-runs', counts, { file: root });
}

async function printRuns(runs: readonly StoredRun[], terminal: Terminal): Promise<void> {
  const { primaryScore } = await import('../../scoring/score-sheet.ts');
  const { summarize } = await import('../../evaluation/summary.ts');
  const { formatScore, nameModel, SYNTHETIC_MARK } = await import('../tables.ts');
  const { say } = terminal;
  const names = new Map(
    summarize(runs).flatMap((summary) => summary.runs.map((run) => [run, nameModel(summary, say)])),
  );
  // The id names task, split, model and seed, and is an argument of other commands: it is not shortened.
  await terminal.table(
    [
      { head: say({ en: 'run', zh: '运行' }), whole: true },
      { head: say({ en: 'task', zh: '任务' }), dropRank: 5 },
      { head: say({ en: 'split', zh: '划分' }), dropRank: 7 },
      { head: say({ en: 'model', zh: '模型' }), dropRank: 4 },
      { head: say({ en: 'seed', zh: '种子' }), dropRank: 6 },
      { head: say({ en: 'convention', zh: '口径' }), dropRank: 3 },
      say({ en: 'score', zh: '得分' }),
      { head: say({ en: 'started', zh: '开始时间' }), dropRank: 1 },
    ],
    runs.map((run) => {
      const { record, scores } = run;
      return [
        record.id,
        record.task.id + (record.synthetic ? SYNTHETIC_MARK : ''),
        record.split,
        names.get(run) ?? '',
        String(record.seed),
        record.task.primary,
        formatScore(primaryScore(scores).value, record.task.primary),
        record.times.startedAt.slice(0, 16).replace('T', ' '),
      ];
    }),
  );
}

/** Warns of a run that cannot be used; the others are shown. */
export const noteSkipped =
  (terminal: Terminal) =>
  (run: string, error: UserError): void =>
    terminal.note(
      terminal.say({
        en: `Skipped ${error.place.file ?? run}: ${error.text.en}`,
        zh: `已跳过 ${error.place.file ?? run}：${error.text.zh}`,
      }),
    );
