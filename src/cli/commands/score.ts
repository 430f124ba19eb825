import type { CorpusFile } from '../../datasets/dataset.ts';
import type { CommandSpec } from '../command.ts';
import { openTaskData, type TaskData } from '../open-task.ts';
import { DATA_DIR, SPLIT, SUBSETS, TASK_FILE, textOption } from '../options.ts';

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
    const data = await openTaskData(options);
    const { readAnyPredictions } = await import('../../scoring/corpus-format.ts');
    const { refuseUnfit } = await import('../../scoring/problems.ts');
    const { scorePredictions } = await import('../../scoring/score-sheet.ts');
    const { task, split } = data;
    const { examples, files, synthetic } = await data.dataset.split(data.part);
    const subsets = await chooseSubsets(options.subsets, data, files);
    const answers = await readAnyPredictions(file, task, examples);
    refuseUnfit(file, answers);
    const { predictions, coverage } = answers;
    const sheet = scorePredictions({ task, split, synthetic, examples, predictions, coverage, subsets });
    if (terminal.json) return terminal.printJson(sheet);
    const { printSheet } = await import('../tables.ts');
    await printSheet(sheet, terminal);
    const invalid = new Set(answers.problems.filter(({ code }) => code !== 'missing-id').map(({ id }) => id));
    if (invalid.size > 0) {
      terminal.note({
        en: `${invalid.size} predictions are invalid and count as missing; \`chineseblue check\` lists the reasons.`,
        zh: `${invalid.size} 条预测无效，按缺失计；原因见 \`chineseblue check\`。`,
      });
    }
  },
};

async function chooseSubsets(
  directory: string | boolean | undefined,
  { task, split }: TaskData,
  files: readonly CorpusFile[],
) {
  if (typeof directory !== 'string') return undefined;
  const { requireReleased } = await import('../../datasets/schemes/registry.ts');
  const { readSubsets } = await import('../../datasets/subsets.ts');
  const released = requireReleased(split, { en: 'Subsets', zh: '子集' });
  return readSubsets(directory, task, released, files);
}
