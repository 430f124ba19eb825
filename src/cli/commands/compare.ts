import type { CommandSpec } from '../command.ts';
import { choiceOption, numberOption } from '../numbers.ts';
import { dataDirOf } from '../open-task.ts';
import { chooseTasks, DATA_DIR, RUNS_DIR, TASK_FILE, textOption } from '../options.ts';

export const compareCommand: CommandSpec = {
  name: 'compare',
  summary: {
    en: 'test which of several runs is better, with significance and intervals',
    zh: '比较多个运行的优劣，给出显著性与区间',
  },
  operands: '<run...>',
  options: [
    {
      flags: '--convention <id>',
      summary: { en: 'the scoring convention (default: the primary one)', zh: '评分口径（默认主口径）' },
    },
    { flags: '--level <share>', summary: { en: 'confidence level', zh: '置信水平' }, default: '0.95' },
    {
      flags: '--resamples <n>',
      summary: { en: 'bootstrap resamples and permutations', zh: '自助重采样与置换次数' },
      default: '10000',
    },
    {
      flags: '--seed <n>',
      summary: { en: 'random seed of the resampling', zh: '重采样的随机种子' },
      default: '1',
    },
    {
      flags: '--items <n>',
      summary: { en: 'items listed per pair of systems', zh: '每对系统列出的样本数' },
      default: '10',
    },
    {
      flags: '--format <name>',
      summary: { en: 'table, markdown or json', zh: 'table、markdown 或 json' },
      default: 'table',
    },
    TASK_FILE,
    DATA_DIR,
    RUNS_DIR,
  ],
  examples: [
    'chineseblue compare cMedQQ-test-linear-s0 cMedQQ-test-majority-s0',
    'chineseblue compare runs/cMedQANER-* --convention ner/muc/partial/full-text/json@1 --format markdown',
  ],
  async run({ operands, options, terminal }) {
    const format = choiceOption(options, 'format', ['table', 'markdown', 'json']);
    const settings = {
      convention: options.convention as string | undefined,
      level: numberOption(options, 'level', 0.5, 0.999),
      resamples: numberOption(options, 'resamples', 100, 1_000_000, 'whole'),
      seed: numberOption(options, 'seed', 0, 2 ** 31, 'whole'),
      items: numberOption(options, 'items', 0, 1000, 'whole'),
    };
    const { openRuns } = await import('../../evaluation/opened.ts');
    const { compareRuns } = await import('../../compare/compare.ts');
    const runs = await openRuns(operands, {
      runsDir: textOption(options, 'runsDir'),
      dataDir: await dataDirOf(options),
      among: (await chooseTasks([], options.taskFile)).tasks,
    });
    const comparison = compareRuns(runs, settings);
    if (terminal.json || format === 'json') return terminal.printJson(comparison);
    const { comparisonMarkdown, presentComparison } = await import('../../compare/present.ts');
    const sections = presentComparison(comparison, terminal.language, format === 'markdown');
    if (format === 'markdown') return terminal.print(comparisonMarkdown(sections).trimEnd());
    for (const { title, lines, table } of sections) {
      if (title) terminal.printText(title);
      for (const line of lines) terminal.printText(line);
      if (!table) continue;
      const { head, rows, dropRanks = [] } = table;
      await terminal.table(
        head.map((text, i) => ({ head: text, dropRank: dropRanks[i] })),
        rows,
      );
    }
  },
};
