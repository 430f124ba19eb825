import type { CorpusFile } from '../../datasets/dataset.ts';
import { choice, real } from '../../ground/parameters.ts';
import type { ReadPredictions } from '../../scoring/predictions.ts';
import type { ScoreSheet } from '../../scoring/score-sheet.ts';
import type { CommandSpec } from '../command.ts';
import { openTaskData, type TaskData } from '../open-task.ts';
import { DATA_DIR, SPLIT, SUBSETS, TASK_FILE, textOption } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { optionSpecs, parseOptions } from '../typed-options.ts';

export const PREDICTIONS = {
  flags: '--predictions <file>',
  summary: {
    en: 'JSON Lines, or the BIO or tab-separated format of the corpus; - is standard input',
    zh: 'JSON Lines，或语料自身的 BIO、制表符分隔格式；- 为标准输入',
  },
};

export const READING = {
  offsets: choice(['utf16', 'code-point'], {
    summary: {
      en: 'what offsets count where the file does not say; utf16 is assumed, Python counts code points',
      zh: '文件未注明时的偏移单位；默认按 utf16，Python 按码点计',
    },
  }),
};
export const MIN_COVERAGE = {
  minCoverage: real({
    min: 0,
    max: 1,
    summary: {
      en: 'fail where a smaller share of examples has a valid prediction',
      zh: '有效预测占样本的比例低于此值时以错误码退出',
    },
  }),
};
const PARSED = { ...READING, ...MIN_COVERAGE };

export const scoreCommand: CommandSpec = {
  name: 'score',
  summary: { en: "score anyone's predictions", zh: '对任何来源的预测结果评分' },
  options: [
    { flags: '--task <name>', summary: { en: 'the task', zh: '任务' } },
    PREDICTIONS,
    SPLIT,
    SUBSETS,
    ...optionSpecs(PARSED),
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
    const { offsets, minCoverage } = parseOptions(PARSED, options);
    const { readAnyPredictions } = await import('../../scoring/corpus-format.ts');
    const { requireCoverage } = await import('../../scoring/coverage.ts');
    const { offsetsNote } = await import('../../scoring/offsets.ts');
    const { refuseUnfit } = await import('../../scoring/problems.ts');
    const { scorePredictions } = await import('../../scoring/score-sheet.ts');
    const { task, split } = data;
    const { examples, files, synthetic } = await data.dataset.split(data.part);
    const subsets = await chooseSubsets(options.subsets, data, files);
    const { scheme } = data.dataset;
    const answers = await readAnyPredictions(file, task, examples, { offsets, split, scheme });
    refuseUnfit(file, answers);
    const { predictions, coverage } = answers;
    const sheet = scorePredictions({ task, split, synthetic, examples, predictions, coverage, subsets });
    if (terminal.json) terminal.printJson({ ...sheet, offsets: answers.offsets });
    else await printScores(sheet, answers, terminal);
    const doubt = offsetsNote(answers.offsets);
    if (doubt) terminal.note(doubt);
    requireCoverage(file, coverage, minCoverage);
  },
};

async function printScores(
  sheet: ScoreSheet,
  { problems }: ReadPredictions,
  terminal: Terminal,
): Promise<void> {
  const { printSheet } = await import('../tables.ts');
  await printSheet(sheet, terminal);
  const invalid = new Set(problems.filter(({ code }) => code !== 'missing-id').map(({ id }) => id));
  if (invalid.size > 0) {
    terminal.note({
      en: `${invalid.size} predictions are invalid and count as missing; \`chineseblue check\` lists the reasons.`,
      zh: `${invalid.size} 条预测无效，按缺失计；原因见 \`chineseblue check\`。`,
    });
  }
}

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
