import type { CorpusFile } from '../../datasets/corpus.ts';
import type { JudgedSplit } from '../../datasets/schemes/regrouped.ts';
import type { Task } from '../../tasks/task.ts';
import type { CommandSpec } from '../command.ts';
import { chooseTask, DATA_DIR, SPLIT, SUBSETS, TASK_FILE, textOption } from '../options.ts';

export const PREDICTIONS = {
  flags: '--predictions <file>',
  summary: {
    en: 'JSON Lines, or the BIO or tab-separated format of the corpus',
    zh: 'JSON Lines，或语料自身的 BIO、制表符分隔格式',
  },
};

export const scoreCommand: CommandSpec = {
  name: 'score',
  summary: { en: "score anyone's predictions", zh: '对任何来源的预测结果评分' },
  options: [
    { flags: '--task <name>', summary: { en: 'the task', zh: '任务' } },
    PREDICTIONS,
    SPLIT,
    SUBSETS,
    TASK_FILE,
    DATA_DIR,
  ],
  examples: [
    'chineseblue score --task cMedQANER --predictions predictions.jsonl --split test',
    'chineseblue score --task cMedTC --predictions predictions.jsonl --subsets subsets',
  ],
  async run({ options, terminal }) {
    const file = textOption(options, 'predictions');
    const chosen = await chooseTask(options);
    const { resolveDataDir } = await import('../../datasets/corpus.ts');
    const { parseSplit } = await import('../../evaluation/plans.ts');
    const { withLabels } = await import('../../datasets/labels.ts');
    const { readAnyPredictions, refuseUnfit } = await import('../../scoring/predictions.ts');
    const { readJudged } = await import('../../datasets/splits.ts');
    const { scorePredictions } = await import('../../scoring/score-sheet.ts');
    const name = parseSplit(textOption(options, 'split'));
    const { dir } = resolveDataDir(options.dataDir as string | undefined, process.env);
    const task = await withLabels(chosen, dir);
    const split = await readJudged(task, name, { dataDir: dir });
    const subsets = await chooseSubsets(options.subsets, task, name, split.files);
    const answers = await readAnyPredictions(file, task, split.examples);
    refuseUnfit(file, answers);
    const sheet = scorePredictions({ task, split: name, ...split, ...answers, subsets });
    if (terminal.json) return terminal.printJson(sheet);
    const { printSheet } = await import('../tables.ts');
    await printSheet(sheet, terminal);
    const invalid = new Set(answers.problems.filter(({ code }) => code !== 'missing-id').map(({ id }) => id));
    if (invalid.size > 0) {
      terminal.note(
        terminal.say({
          en: `${invalid.size} predictions are invalid and count as missing: \`chineseblue check\` lists why.`,
          zh: `有 ${invalid.size} 条预测无效，按缺失计：\`chineseblue check\` 会列出原因。`,
        }),
      );
    }
  },
};

async function chooseSubsets(
  directory: string | boolean | undefined,
  task: Task,
  split: JudgedSplit,
  files: readonly CorpusFile[],
) {
  if (typeof directory !== 'string') return undefined;
  const { requireReleased } = await import('../../datasets/schemes/regrouped.ts');
  const { readSubsets } = await import('../../datasets/subsets.ts');
  return readSubsets(directory, task, requireReleased(split, 'Subsets'), files);
}
