import { type GivenParameters, integer, text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';
import { noteDestination } from '../destinations.ts';
import { PARAM, SERVICE, serviceOptions } from '../model-options.ts';
import { openTaskData } from '../open-task.ts';
import { DATA_DIR, DRY_RUN, RUNS_DIR, SPLIT, TASK, TASK_FILE } from '../options.ts';

export const memorisedCommand = defineCommand({
  name: 'memorised',
  summary: {
    en: 'look for signs that a language model has seen the test data: it continues halved texts, and answers again with its options reordered',
    zh: '检查大语言模型是否可能见过测试集：续写截半的文本，并在选项换序后再次作答',
  },
  options: {
    ...TASK,
    model: text({
      required: true,
      placeholder: 'llm:name',
      summary: { en: 'the language model', zh: '大语言模型' },
    }),
    limit: integer({
      min: 2,
      default: 100,
      summary: { en: 'texts and examples per split', zh: '每个划分的文本数与样本数' },
    }),
    seed: integer({ min: 0, default: 0, summary: { en: 'random seed of the sample', zh: '抽样的随机种子' } }),
    ...PARAM,
    ...SERVICE,
    ...SPLIT,
    ...DRY_RUN,
    ...TASK_FILE,
    ...DATA_DIR,
    ...RUNS_DIR,
  },
  examples: [
    'chineseblue llm memorised --task cMedQQ --model llm:qwen3 --endpoint http://127.0.0.1:8080/v1',
    'chineseblue llm memorised --task cMedIC --model llm:qwen3@house --limit 200 --dry-run',
  ],
  finishing: {
    en: 'answers so far are kept; the same command resumes',
    zh: '已有回答会保留，再次执行同一命令即可继续',
  },
  async run({ options, terminal, signal }) {
    const { prepareMemorised } = await import('../../models/llm/memorised/memorised.ts');
    const { printEstimates } = await import('../estimate-table.ts');
    const { printMemorised } = await import('../memorised-tables.ts');
    const { writeJson } = await import('../../ground/files.ts');
    const { join } = await import('node:path');
    const { limit, seed, runsDir } = options;
    const { task, dataset, part, split } = await openTaskData(options);
    const { train, evaluated } = await dataset.division(part);
    const given = await parametersOf(options);
    const directory = join(
      runsDir,
      `memorised-${task.id}-${split}-${String(given.name).replaceAll(/[^\w.-]/g, '_')}`,
    );
    const questions = await prepareMemorised({
      ...{ task, limit, seed, directory, parameters: given },
      test: evaluated.questions.map(({ input }) => input),
      train: train.map(({ input }) => input),
    });
    if (options.dryRun) {
      const estimate = { task: task.id, model: options.model, ...questions.estimate };
      return terminal.json ? terminal.printJson(estimate) : printEstimates([estimate], terminal);
    }
    noteDestination(questions.endpoint.url, [task], terminal);
    const progress = terminal.progress(terminal.say({ en: 'Querying', zh: '提问中' }));
    const result = await questions.ask({ signal, onProgress: progress.update }).finally(progress.stop);
    await writeJson(join(directory, 'memorised.json'), result);
    if (terminal.json) return terminal.printJson(result);
    await printMemorised(result, terminal);
  },
});

interface Named {
  readonly model: string;
  readonly param: readonly string[];
}

async function parametersOf(options: Named & Parameters<typeof serviceOptions>[0]): Promise<GivenParameters> {
  const { parseAssignments, parseModel } = await import('../../evaluation/plans.ts');
  const { kind, parameters } = parseModel(options.model);
  const given = { ...parameters, ...parseAssignments(options.param), ...serviceOptions(options) };
  if (kind.id === 'llm') return given;
  const { EXIT, UserError } = await import('../../ground/errors.ts');
  throw new UserError(
    'not-a-language-model',
    { en: `${kind.id} is not a language model`, zh: `${kind.id} 不是大语言模型` },
    {
      field: 'model',
      hint: { en: 'Name one with --model llm:NAME.', zh: '请用 --model llm:NAME 指定。' },
      exitCode: EXIT.usage,
    },
  );
}
