import type { SuiteAverage } from '../../compare/suite-average.ts';
import type { Batch, BatchOptions, BatchRequest } from '../../evaluation/batch.ts';
import type { PlanList } from '../../evaluation/plans.ts';
import { counted } from '../../ground/counted.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { listed, type Text } from '../../ground/language.ts';
import { flag, integer, integers, list, type Parsed } from '../../ground/parameters.ts';
import type { Suite } from '../../tasks/suites/suite.ts';
import type { Task } from '../../tasks/task.ts';
import { defineCommand } from '../command.ts';
import { noteDestination } from '../destinations.ts';
import { MODEL_FILE, modelFileOption, SERVICE, serviceOptions } from '../model-options.ts';
import { chooseTasks, dataDirOf, noteDatasets } from '../open-task.ts';
import {
  DATA_DIR,
  DRY_RUN,
  RESULTS,
  RUNS_DIR,
  SOURCE,
  SPLIT,
  SUBSETS,
  SUITE,
  type TASK,
  TASK_FILE,
} from '../options.ts';
import { SLURM } from '../slurm.ts';
import { evaluateByWorkers, SWEEP } from '../sweep.ts';
import type { Terminal } from '../terminal.ts';

const OPTIONS = {
  task: list({ summary: { en: 'tasks, comma-separated, or all', zh: '任务，以逗号分隔，或 all' } }),
  ...SUITE,
  model: list({
    default: ['quick'],
    summary: { en: 'models, or quick, or all-baselines', zh: '模型，或 quick，或 all-baselines' },
  }),
  seed: integers({ min: 0, default: [0], summary: { en: 'seeds', zh: '随机种子' } }),
  param: list({
    summary: {
      en: 'model parameters: name=value,…; a name given several times is run with each of its values',
      zh: '模型参数：name=value,…；同一参数多次给出时，依次使用每个取值',
    },
  }),
  ...SPLIT,
  folds: flag({
    default: false,
    summary: {
      en: 'cross-validation: five evaluations instead of one, each on one held-out fifth of train and dev (--split fold-N-of-5@1)',
      zh: '交叉验证：以五次评测代替一次，每次以训练集与开发集的五分之一评测（--split fold-N-of-5@1）',
    },
  }),
  ...SOURCE,
  ...SUBSETS,
  ...TASK_FILE,
  ...MODEL_FILE,
  ...DATA_DIR,
  ...RUNS_DIR,
  jobs: integer({
    min: 1,
    summary: {
      en: 'number of parallel evaluations; one per core if omitted',
      zh: '同时进行的评测数，省略时等于核心数',
    },
  }),
  keepModel: flag({
    default: false,
    summary: { en: 'also keep the fitted models', zh: '同时保存训练好的模型' },
  }),
  force: flag({
    default: false,
    summary: { en: 'discard kept runs and run them again', zh: '丢弃已保存的运行并重做' },
  }),
  limit: integer({
    min: 1,
    summary: {
      en: 'evaluate a random sample of N examples only, the same for every model',
      zh: '只评测随机抽取的部分问题，各模型相同',
    },
  }),
  ...DRY_RUN,
  retryErrors: flag({
    default: false,
    summary: { en: 'retry the failed questions of kept runs', zh: '重新提问已保存运行中失败的问题' },
  }),
  ...SERVICE,
  ...SWEEP,
  ...SLURM,
  ...RESULTS,
};

/** What has no meaning where other machines do the evaluations. */
const ELSEWHERE = ['jobs', 'force', 'subsets', 'retryErrors'] as const;

type RunOptions = Parsed<typeof OPTIONS>;

export const runCommand = defineCommand({
  name: 'run',
  summary: {
    en: 'fit models, predict, score and keep the runs (without options: the quick models on every available task)',
    zh: '训练、预测、评分并保存运行（不带选项：对现有全部任务运行快速模型）',
  },
  options: OPTIONS,
  needs: { runsIn: ['queue'], wait: ['queue'], progress: ['queue'] },
  excludes: {
    folds: ['split', 'subsets'],
    force: ['retryErrors'],
    queue: [...ELSEWHERE, 'keepModel'],
    slurm: [...ELSEWHERE, 'queue', 'taskFile', 'results'],
    wait: ['progress', 'results'],
  },
  examples: [
    'chineseblue run',
    'chineseblue run --task cMedQQ,cMedIC --model linear --seed 0,1,2',
    'chineseblue run --suite chineseblue --model quick',
    'chineseblue run --task cMedQA --split regrouped@1',
    'chineseblue run --task cMedIC --model linear --param c=0.1,c=1,c=10 --folds',
    'chineseblue run --task cMedQQ --model my-model --model-file my-model.js',
    'chineseblue run --task cMedQQ --model llm:qwen3 --endpoint http://127.0.0.1:8080/v1 --limit 200',
    'chineseblue run --model all-baselines --seed 0,1,2 --queue postgres://me@db/sweeps --progress',
    'chineseblue run --model all-baselines --seed 0,1,2,3,4 --results results.md',
  ],
  finishing: {
    en: 'the running evaluations stop after their current step; checkpoints and answers are kept',
    zh: '各评测完成当前步骤后停止，检查点和已有回答会保留',
  },
  async run({ options, terminal, signal }) {
    const { split, source, subsets, results, queue, jobs, slurm } = options;
    const dataDir = await dataDirOf(options);
    const suite = await suiteOf(options);
    const { tasks, named: required } = suite
      ? { tasks: suite.tasks, named: false }
      : await chooseTasks(options.task, options.taskFile, dataDir);
    const list = await planRun(options, { tasks, required, dataDir });
    const planned = [...new Set(list.plans.map(({ task }) => task))];
    const shown = ['synthetic'] as const;
    await noteDatasets(
      planned.map((task) => ({ task, dir: dataDir, source, split })),
      terminal,
      shown,
    );
    noteQuickLook(list, terminal);
    if (options.dryRun) return printOutlook(list.plans, terminal, signal);
    if (slurm !== undefined) return toSlurm(slurm, list.plans, terminal);
    await noteDestinations(list.plans, terminal);
    const batch =
      queue === undefined
        ? await evaluateHere(list.plans, { tasks, results, jobs, signal }, terminal)
        : await evaluateByWorkers(
            list.plans,
            { tasks, results, sweep: { ...options, queue }, signal },
            terminal,
          );
    if (!batch) return;
    // A corpus without a second format lacks nothing.
    const absent = list.absent.filter(({ corpus }) => source === 'primary' || corpus.alternative);
    await printBatch(
      batch,
      { tasks, absent, dataDir, suite: suite?.suite, subsets: subsets !== undefined },
      terminal.beside(results),
    );
    if (list.plans.length === 0) throw nothingAtHand(dataDir);
    const [first, ...others] = batch.failures;
    for (const { plan, error } of others)
      terminal.note(`${plan.task.id} ${plan.model}: ${terminal.say(error.text)}`);
    if (first) throw first.error;
  },
});

async function planRun(
  options: RunOptions,
  asked: Pick<BatchRequest, 'tasks' | 'required' | 'dataDir'>,
): Promise<PlanList> {
  const { planBatch } = await import('../../evaluation/batch.ts');
  const { parseGrid } = await import('../../evaluation/plans.ts');
  const { split, source, keepModel, force, subsets, limit, retryErrors, folds } = options;
  return planBatch({
    ...asked,
    ...{ models: options.model, seeds: options.seed, split, source, keepModel, force, subsets },
    ...{ limit, retryErrors, folds },
    modelFile: await modelFileOption(options),
    parameters: {},
    grid: parseGrid(options.param).map((point) => ({ ...point, ...serviceOptions(options) })),
    root: options.runsDir,
  });
}

/** Writes the script of a job array. */
async function toSlurm(file: string, plans: PlanList['plans'], terminal: Terminal): Promise<void> {
  const { writeSlurm } = await import('../slurm.ts');
  await writeSlurm(file, plans);
  const shown = terminal.beside(file);
  if (shown.json) return shown.printJson({ file, evaluations: plans.length });
  shown.printText({
    en: `To start ${counted(plans.length, 'evaluation')}: \`sbatch ${file}\`. The same command without --slurm prints the table.`,
    zh: `${file} 包含 ${plans.length} 次评测：\`sbatch ${file}\`。完成后去掉 --slurm 再次执行即可输出结果表。`,
  });
}

async function evaluateHere(
  plans: PlanList['plans'],
  { jobs, ...rest }: Omit<BatchOptions, 'jobs'> & { readonly jobs?: number },
  terminal: Terminal,
): Promise<Batch> {
  const { evaluateBatch } = await import('../../evaluation/batch.ts');
  const { availableParallelism } = await import('node:os');
  const progress = terminal.progress(terminal.say({ en: 'Running', zh: '运行中' }));
  return evaluateBatch(plans, {
    ...rest,
    jobs: jobs ?? availableParallelism(),
    onProgress: progress.update,
    onNote: terminal.note,
  }).finally(progress.stop);
}

/** The notes of the kinds of the group `quick`. */
function noteQuickLook({ plans, looks }: PlanList, terminal: Terminal): void {
  const notes = looks.flatMap(({ look, evaluations }) => look.note?.(evaluations) ?? []);
  if (notes.length === 0) return;
  const count = terminal.say({
    en: `${counted(plans.length, 'evaluation')}.`,
    zh: `共 ${plans.length} 次评测。`,
  });
  terminal.note([count, ...notes.map(terminal.say)].join(terminal.language === 'en' ? ' ' : ''));
}

type SuiteOptions = Parsed<typeof SUITE & typeof TASK & typeof TASK_FILE>;

interface Asked {
  readonly tasks: readonly Task[];
  /** Tasks without data. */
  readonly absent: readonly Task[];
  /** Whether subsets were requested. */
  readonly subsets: boolean;
  readonly suite?: Suite;
  readonly dataDir: string;
}

async function printBatch(
  { runs, summaries }: Batch,
  { tasks, absent, subsets, suite, dataDir }: Asked,
  terminal: Terminal,
): Promise<void> {
  const averages = suite && runs.length > 0 ? await averagesOf(runs, dataDir) : [];
  if (terminal.json) {
    const plain = runs.map(({ directory, record, scores }) => {
      const { answers, quotes, usage } = record;
      return { directory, answers, quotes, usage, record, scores };
    });
    const missing = absent.map(({ id }) => id);
    return terminal.printJson(suite ? { suite: suite.id, missing, averages, runs: plain } : plain);
  }
  const { printSummaries } = await import('../tables.ts');
  await printSummaries(summaries, tasks, terminal);
  if (subsets) {
    const { printSubsets } = await import('../subset-table.ts');
    await printSubsets(summaries, terminal);
  }
  if (suite) {
    const { printAverages } = await import('../suite-tables.ts');
    const { onRealText } = await import('../published.ts');
    await printAverages(suite, averages, onRealText(tasks, summaries), terminal);
  }
  noteAbsent(absent, terminal);
}

/** The suite that `--suite` names, with its tasks. Throws a UserError (usage) where tasks are named, too. */
async function suiteOf({ suite: name, task, taskFile }: SuiteOptions) {
  if (name === undefined) return undefined;
  const { findSuite, tasksOf } = await import('../../tasks/suites/registry.ts');
  const suite = findSuite(name);
  if (task.length === 0 && taskFile === undefined) return { suite, tasks: tasksOf(suite) };
  throw new UserError(
    'suite-and-tasks',
    { en: 'A suite already determines the tasks to run', zh: '任务集已决定运行哪些任务' },
    {
      field: 'suite',
      hint: {
        en: 'Leave out either --suite or --task and --task-file.',
        zh: '--suite 与 --task、--task-file 只能用其一。',
      },
      exitCode: EXIT.usage,
    },
  );
}

/** Opened again, since an average resamples units. */
async function averagesOf(runs: Batch['runs'], dataDir: string): Promise<readonly SuiteAverage[]> {
  const { openRuns } = await import('../../evaluation/opened.ts');
  const { averageSuite } = await import('../../compare/suite-average.ts');
  return averageSuite(
    await openRuns(
      runs.map(({ directory }) => directory),
      { dataDir },
    ),
  );
}

const nothingAtHand = (dataDir: string): UserError =>
  new UserError(
    'nothing-at-hand',
    { en: 'None of these tasks has data available', zh: '这些任务均没有可用的数据' },
    {
      file: dataDir,
      hint: {
        en: 'Fetch the data as described above, or set its directory with --data-dir.',
        zh: '请按上文所述获取数据，或用 --data-dir 指定其目录。',
      },
    },
  );

/** Says which tasks were left out for want of data, and how to fetch it. */
function noteAbsent(absent: readonly Task[], terminal: Terminal): void {
  const own = absent.filter(({ corpus }) => corpus.archive === undefined);
  const names = (access: Task['access'][]): Text =>
    listed(own.filter((task) => access.includes(task.access)).map(({ id }) => id));
  const released = names(['public']);
  const brought = names(['private', 'user']);
  if (released.en) {
    terminal.note(
      terminal.say({
        en: `Not available here: ${released.en}. \`chineseblue data get\` fetches them.`,
        zh: `本机没有：${released.zh}。可用 \`chineseblue data get\` 下载。`,
      }),
    );
  }
  if (brought.en) {
    terminal.note(
      terminal.say({
        en: `These tasks need your own corpus: ${brought.en}.`,
        zh: `以下任务使用您自备的语料：${brought.zh}。`,
      }),
    );
  }
  noteArchived(absent, terminal);
}

/** Tasks whose corpora come in archives that the user gets elsewhere. */
function noteArchived(absent: readonly Task[], terminal: Terminal): void {
  for (const [archive, tasks] of Map.groupBy(absent, ({ corpus }) => corpus.archive)) {
    if (archive === undefined) continue;
    const ids = listed(tasks.map(({ id }) => id));
    const command = `\`chineseblue data get ${archive} --from ARCHIVE_OR_FOLDER\``;
    terminal.note({
      en: `Not available here: ${ids.en}. ${command} imports them from the official archives.`,
      zh: `本机没有：${ids.zh}。可用 ${command} 从官方压缩包取得。`,
    });
  }
}

/** Said before the first call: where texts will be sent. */
async function noteDestinations(plans: PlanList['plans'], terminal: Terminal): Promise<void> {
  const { destinationsOf } = await import('../../evaluation/outlook.ts');
  for (const { url, tasks } of await destinationsOf(plans)) noteDestination(url, tasks, terminal);
}

/** What models that call a service would take. */
async function printOutlook(
  plans: PlanList['plans'],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { estimatePlans } = await import('../../evaluation/outlook.ts');
  const estimates = (await estimatePlans(plans, signal)).map(({ plan, name, ...estimate }) => ({
    ...{ task: plan.task.id, model: name, seed: plan.seed },
    ...estimate,
  }));
  if (terminal.json) return terminal.printJson(estimates);
  const { printEstimates } = await import('../estimate-table.ts');
  await printEstimates(estimates, terminal);
}
