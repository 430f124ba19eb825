import { choice, integer, real, text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';
import { chooseTasks, dataDirOf } from '../open-task.ts';
import { DATA_DIR, RUNS_DIR, TASK_FILE } from '../options.ts';

export const compareCommand = defineCommand({
  name: 'compare',
  summary: {
    en: 'test which of several runs is better, with significance and intervals',
    zh: '比较多个运行的优劣，给出显著性与区间',
  },
  operands: '<run...>',
  options: {
    convention: text({
      placeholder: 'id',
      summary: { en: 'the scoring convention (default: the primary one)', zh: '评分口径（默认主口径）' },
    }),
    level: real({
      default: 0.95,
      min: 0.5,
      max: 0.999,
      summary: { en: 'confidence level', zh: '置信水平' },
    }),
    resamples: integer({
      default: 10_000,
      min: 100,
      max: 1_000_000,
      summary: { en: 'bootstrap resamples and permutations', zh: '自助重采样与置换次数' },
    }),
    seed: integer({
      default: 1,
      min: 0,
      max: 2 ** 31,
      summary: { en: 'random seed of the resampling', zh: '重采样的随机种子' },
    }),
    items: integer({
      default: 10,
      min: 0,
      max: 1000,
      summary: { en: 'items listed per pair of systems', zh: '每对系统列出的样本数' },
    }),
    format: choice(['table', 'markdown', 'json'], {
      summary: { en: 'output format; table if omitted', zh: '输出格式，省略时为 table' },
    }),
    ...TASK_FILE,
    ...DATA_DIR,
    ...RUNS_DIR,
  },
  excludes: { format: ['json'] },
  examples: [
    'chineseblue compare cMedQQ-test-linear-s0 cMedQQ-test-majority-s0',
    'chineseblue compare runs/cMedQANER-* --convention ner/muc/partial/full-text/json@1 --format markdown',
  ],
  endsAtOnce: true,
  async run({ operands, options, terminal }) {
    const { format, taskFile, dataDir, runsDir, ...settings } = options;
    const { openRuns } = await import('../../evaluation/opened.ts');
    const { compareRuns } = await import('../../compare/compare.ts');
    const dir = await dataDirOf({ dataDir });
    const runs = await openRuns(operands, {
      runsDir,
      dataDir: dir,
      among: (await chooseTasks([], taskFile, dir)).tasks,
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
});
