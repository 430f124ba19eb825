import type { JudgedSplit } from '../../datasets/dataset.ts';
import type { StoredRun } from '../../evaluation/store.ts';
import type { Summary } from '../../evaluation/summary.ts';
import type { Task } from '../../tasks/task.ts';
import { type CommandSpec, listOption } from '../command.ts';
import { dataDirOf, noteLabelDoubts } from '../open-task.ts';
import {
  chooseTasks,
  DATA_DIR,
  MODEL_FILE,
  modelFileOption,
  parseJobs,
  parseSource,
  RESULTS,
  RUNS_DIR,
  SOURCE,
  SPLIT,
  SUBSETS,
  TASK_FILE,
  textOption,
} from '../options.ts';
import type { Terminal } from '../terminal.ts';

export const runCommand: CommandSpec = {
  name: 'run',
  summary: {
    en: 'fit models, answer, score and keep the runs (without options: every task at hand with the quick models)',
    zh: '训练、预测、评分并保存运行（不带选项：对现有全部任务运行快速模型）',
  },
  options: [
    {
      flags: '--task <list>',
      summary: { en: 'tasks, comma-separated, or all', zh: '任务，以逗号分隔，或 all' },
    },
    {
      flags: '--model <list>',
      summary: { en: 'models, or quick, or all-baselines', zh: '模型，或 quick，或 all-baselines' },
      default: 'quick',
    },
    { flags: '--seed <list>', summary: { en: 'seeds', zh: '随机种子' }, default: '0' },
    {
      flags: '--param <list>',
      summary: { en: 'parameters of the models: name=value,…', zh: '模型参数：name=value,…' },
    },
    SPLIT,
    SOURCE,
    SUBSETS,
    TASK_FILE,
    MODEL_FILE,
    DATA_DIR,
    RUNS_DIR,
    {
      flags: '--jobs <n>',
      summary: { en: 'evaluations at a time (default: all cores)', zh: '同时进行的评测数（默认等于核心数）' },
    },
    { flags: '--keep-model', summary: { en: 'also keep the fitted models', zh: '同时保存训练好的模型' } },
    {
      flags: '--force',
      summary: { en: 'discard kept runs and do them again', zh: '丢弃已保存的运行并重做' },
    },
    RESULTS,
  ],
  examples: [
    'chineseblue run',
    'chineseblue run --task cMedQQ,cMedIC --model linear --seed 0,1,2',
    'chineseblue run --task cMedQA --split regrouped@1',
    'chineseblue run --task cMedQQ --model my-model --model-file my-model.js',
    'chineseblue run --model all-baselines --seed 0,1,2,3,4 --results results.md',
  ],
  finishing: {
    en: 'the running evaluations stop after their current step; checkpoints and answers are kept',
    zh: '各评测完成当前步骤后停止，检查点和已有回答会保留',
  },
  async run({ options, terminal, signal }) {
    const { parseSplit } = await import('../../datasets/schemes/registry.ts');
    const { makePlans, parseAssignments, parseSeeds } = await import('../../evaluation/plans.ts');
    const { evaluateAll } = await import('../../evaluation/pool.ts');
    const { summarize } = await import('../../evaluation/summary.ts');
    const jobs = parseJobs(options.jobs);
    const { tasks, named } = await chooseTasks(listOption(options.task), options.taskFile);
    const dataDir = await dataDirOf(options);
    const split = parseSplit(textOption(options, 'split'));
    const modelFile = await modelFileOption(options);
    const { plans, absent, looks } = makePlans({
      tasks,
      modelFile,
      models: listOption(options.model),
      seeds: parseSeeds(listOption(options.seed)),
      parameters: parseAssignments(listOption(options.param)),
      split,
      source: parseSource(options.source),
      dataDir,
      root: textOption(options, 'runsDir'),
      keepModel: options.keepModel === true,
      force: options.force === true,
      subsets: typeof options.subsets === 'string' ? options.subsets : undefined,
    });
    if (named && absent.length > 0) throw await absentError(absent[0], dataDir, split);
    await noteLabelDoubts([...new Set(plans.map(({ task }) => task))], dataDir, terminal);
    const notes = looks.flatMap(({ look, evaluations }) => look.note?.(evaluations) ?? []);
    if (notes.length > 0) {
      const count = terminal.say({ en: `${plans.length} evaluations.`, zh: `共 ${plans.length} 次评测。` });
      terminal.note([count, ...notes.map(terminal.say)].join(terminal.language === 'en' ? ' ' : ''));
    }
    const progress = terminal.progress(terminal.say({ en: 'Running', zh: '运行中' }));
    const outcomes = await evaluateAll(plans, {
      jobs,
      signal,
      onProgress: progress.update,
    }).finally(progress.stop);
    const runs = outcomes.flatMap((outcome) => ('run' in outcome ? [outcome.run] : []));
    const failures = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : []));
    const summaries = summarize(runs);
    if (typeof options.results === 'string') {
      const { writeResults } = await import('../../evaluation/results-page.ts');
      await writeResults(options.results, summaries, tasks);
    }
    await printOutcome({ runs, summaries, tasks, absent, subsets: options.subsets !== undefined }, terminal);
    if (failures.length > 0) {
      for (const { plan, error } of failures.slice(1))
        terminal.note(`${plan.task.id} ${plan.model}: ${terminal.say(error.text)}`);
      throw failures[0].error;
    }
  },
};

interface Outcome {
  readonly runs: readonly StoredRun[];
  readonly summaries: readonly Summary[];
  readonly tasks: readonly Task[];
  /** Tasks without data. */
  readonly absent: readonly Task[];
  /** Whether subsets were asked for. */
  readonly subsets: boolean;
}

async function printOutcome(
  { runs, summaries, tasks, absent, subsets }: Outcome,
  terminal: Terminal,
): Promise<void> {
  if (terminal.json)
    return terminal.printJson(runs.map(({ directory, record, scores }) => ({ directory, record, scores })));
  const { printSummaries } = await import('../tables.ts');
  await printSummaries(summaries, tasks, terminal);
  if (subsets) {
    const { printSubsets } = await import('../subset-table.ts');
    await printSubsets(summaries, terminal);
  }
  noteAbsent(absent, terminal);
}

async function absentError(task: Task, dataDir: string, split: JudgedSplit): Promise<unknown> {
  const { openJudged } = await import('../../datasets/dataset.ts');
  const { dataset, part } = await openJudged({ task, dir: dataDir, split });
  return dataset.split(part).then(
    () => new Error(`${task.id}: ${split} appeared while running`),
    (error) => error,
  );
}

/** Says which tasks were left out for want of data, and how to fetch it. */
function noteAbsent(absent: readonly Task[], terminal: Terminal): void {
  const names = (access: Task['access'][]): string =>
    absent
      .filter((task) => access.includes(task.access))
      .map(({ id }) => id)
      .join(', ');
  const released = names(['public']);
  const brought = names(['private', 'user']);
  if (released) {
    terminal.note(
      terminal.say({
        en: `Not at hand: ${released}. \`chineseblue data get\` fetches them.`,
        zh: `本机没有：${released}。可用 \`chineseblue data get\` 下载。`,
      }),
    );
  }
  if (brought) {
    terminal.note(
      terminal.say({
        en: `These run on a corpus that you bring: ${brought}.`,
        zh: `以下任务使用您自备的语料：${brought}。`,
      }),
    );
  }
}
