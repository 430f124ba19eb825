import type { BatchAction } from '../../evaluation/batches.ts';
import { integer, integers, list } from '../../ground/parameters.ts';
import { type CommandSpec, defineCommand, type Invocation } from '../command.ts';
import { noteDestination } from '../destinations.ts';
import { PARAM, SERVICE, serviceOptions } from '../model-options.ts';
import { chooseTasks, dataDirOf } from '../open-task.ts';
import { DATA_DIR, RUNS_DIR, SOURCE, SPLIT, TASK_FILE } from '../options.ts';

const OPTIONS = {
  task: list({ required: true, summary: { en: 'tasks, comma-separated', zh: '任务，以逗号分隔' } }),
  model: list({ required: true, summary: { en: 'models, e.g. llm:NAME', zh: '模型，如 llm:NAME' } }),
  seed: integers({ min: 0, default: [0], summary: { en: 'seeds', zh: '随机种子' } }),
  limit: integer({
    min: 1,
    summary: { en: 'evaluate a random sample of N examples only', zh: '只评测随机抽取的部分问题' },
  }),
  ...PARAM,
  ...SERVICE,
  ...SPLIT,
  ...SOURCE,
  ...TASK_FILE,
  ...DATA_DIR,
  ...RUNS_DIR,
};

/** What the three commands do: plans as `run` makes them, an action on their batches, a table. */
async function handle(
  action: BatchAction,
  { options, terminal, signal }: Invocation<typeof OPTIONS>,
): Promise<void> {
  const { planBatch } = await import('../../evaluation/batch.ts');
  const { handleBatches } = await import('../../evaluation/batches.ts');
  const { destinationsOf } = await import('../../evaluation/outlook.ts');
  const { parseAssignments } = await import('../../evaluation/plans.ts');
  const { model: models, seed: seeds, split, source, limit, runsDir: root } = options;
  const dataDir = await dataDirOf(options);
  const { tasks, named: required } = await chooseTasks(options.task, options.taskFile, dataDir);
  const { plans } = await planBatch({
    ...{ tasks, required, models, seeds, split, source, limit, root },
    ...{ dataDir, keepModel: false, force: false },
    parameters: { ...parseAssignments(options.param), ...serviceOptions(options) },
  });
  for (const { url, tasks: sent } of await destinationsOf(plans)) {
    noteDestination(url, sent, terminal);
  }
  const handled = await handleBatches(plans, action, signal);
  if (terminal.json) return terminal.printJson(handled.map(({ runId, batches }) => ({ runId, batches })));
  const { say } = terminal;
  await terminal.table(
    [
      say({ en: 'run', zh: '运行' }),
      say({ en: 'batch', zh: '批次' }),
      say({ en: 'status', zh: '状态' }),
      say({ en: 'requests', zh: '请求数' }),
      say({ en: 'completed', zh: '完成' }),
      say({ en: 'failed', zh: '失败' }),
      say({ en: 'collected', zh: '已收取' }),
    ],
    handled.flatMap(({ runId, batches }) =>
      batches.map(({ id, status, requests, completed, failed, collected }) => [
        ...[runId, id, status, String(requests), String(completed), String(failed)],
        collected ? '✓' : '',
      ]),
    ),
  );
  if (action === 'collect')
    terminal.note({
      en: '`chineseblue run` with the same options scores the collected answers and requests those that are still missing.',
      zh: '以相同选项执行 `chineseblue run` 即可对已收取的回答评分，并补问仍缺少的部分。',
    });
}

const submit = defineCommand({
  name: 'submit',
  summary: {
    en: 'submit every call that is neither answered nor in progress',
    zh: '提交尚未保存且不在处理中的全部请求',
  },
  options: OPTIONS,
  examples: ['chineseblue llm batch submit --task cMedQQ --model llm:gpt-5-mini@house'],
  run: (invocation) => handle('submit', invocation),
});

const status = defineCommand({
  name: 'status',
  summary: { en: 'show the progress of the batches', zh: '查看各批次进度' },
  options: OPTIONS,
  examples: ['chineseblue llm batch status --task cMedQQ --model llm:gpt-5-mini@house'],
  run: (invocation) => handle('status', invocation),
});

const collect = defineCommand({
  name: 'collect',
  summary: {
    en: 'write the answers of finished batches to the journal',
    zh: '将已完成批次的回答写入日志',
  },
  options: OPTIONS,
  examples: ['chineseblue llm batch collect --task cMedQQ --model llm:gpt-5-mini@house'],
  run: (invocation) => handle('collect', invocation),
});

/** Requests in files that a service answers within a day, at a lower price. */
export const batchCommand: CommandSpec = {
  name: 'batch',
  summary: {
    en: 'use the batch API of a service: submit, check status, collect',
    zh: '通过服务的批处理接口提问：提交、查看、收取',
  },
  examples: [],
  subcommands: [submit, status, collect],
};
