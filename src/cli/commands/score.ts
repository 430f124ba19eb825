import { counted } from '../../ground/counted.ts';
import { listed } from '../../ground/language.ts';
import { choice, type Parsed, real, text } from '../../ground/parameters.ts';
import type { Offsets } from '../../scoring/offsets.ts';
import type { ReadPredictions } from '../../scoring/predictions.ts';
import type { Task } from '../../tasks/task.ts';
import { defineCommand } from '../command.ts';
import { noteOpened, openTaskData } from '../open-task.ts';
import { DATA_DIR, SPLIT, SUBSETS, TASK, TASK_FILE } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { refuseUnread } from '../typed-options.ts';

export const PREDICTIONS = {
  predictions: text({
    required: true,
    placeholder: 'file',
    summary: {
      en: 'JSON Lines, or the BIO or tab-separated format of the corpus; - is standard input',
      zh: 'JSON Lines，或语料自身的 BIO、制表符分隔格式；- 为标准输入',
    },
  }),
};
export const OFFSETS = {
  offsets: choice(['utf16', 'code-point'] satisfies readonly Offsets[], {
    summary: {
      en: 'unit of offsets if the file does not state it; utf16 is assumed, while Python counts code points',
      zh: '文件未注明时的偏移单位；默认按 utf16，Python 按码点计',
    },
  }),
};
/** Throws a UserError `option-unread` where `--offsets` is given for a task whose predictions mark no places. */
export async function refuseOffsets(options: Parsed<typeof OFFSETS>, task: Task): Promise<void> {
  const { familyIds, familyOf } = await import('../../tasks/families/registry.ts');
  if (familyOf(task).spans) return;
  const marking = listed(familyIds.filter((family) => familyOf({ family }).spans));
  const users = { en: `the families ${marking.en}`, zh: `任务族 ${marking.zh}` };
  refuseUnread(OFFSETS, options, ['offsets'], { en: task.id, zh: ` ${task.id}` }, users);
}

export const MIN_COVERAGE = {
  minCoverage: real({
    min: 0,
    max: 1,
    summary: {
      en: 'fail if a smaller share of the examples has a valid prediction',
      zh: '有效预测占样本的比例低于此值时以错误码退出',
    },
  }),
};

export const scoreCommand = defineCommand({
  name: 'score',
  summary: { en: 'score predictions from any source', zh: '对任何来源的预测结果评分' },
  options: {
    ...TASK,
    ...PREDICTIONS,
    ...SPLIT,
    ...SUBSETS,
    ...OFFSETS,
    ...MIN_COVERAGE,
    ...TASK_FILE,
    ...DATA_DIR,
  },
  examples: [
    'chineseblue score --task cMedQANER --predictions predictions.jsonl --split test',
    'chineseblue score --task cMedTC --predictions predictions.jsonl --subsets subsets',
  ],
  endsAtOnce: true,
  async run({ options, terminal }) {
    const { predictions: file, subsets, offsets, minCoverage } = options;
    const { requireCoverage } = await import('../../scoring/coverage.ts');
    const { offsetsNote } = await import('../../scoring/offsets.ts');
    const { scoreFile } = await import('../../scoring/score-file.ts');
    const { dataset, split, part } = await openTaskData(options);
    await refuseOffsets(options, dataset.task);
    const { sheet, answers } = await scoreFile({ file, dataset, split, part, subsets, offsets });
    noteOpened(dataset, terminal);
    if (terminal.json) terminal.printJson({ ...sheet, answers: answers.answers, offsets: answers.offsets });
    else {
      const { printSheet } = await import('../tables.ts');
      await printSheet(sheet, terminal);
      noteInvalid(answers, terminal);
    }
    const doubt = offsetsNote(answers.offsets);
    if (doubt) terminal.note(doubt);
    requireCoverage(file, answers.coverage, minCoverage);
  },
});

function noteInvalid({ problems }: ReadPredictions, terminal: Terminal): void {
  const invalid = new Set(problems.filter(({ code }) => code !== 'missing-id').map(({ id }) => id));
  if (invalid.size === 0) return;
  terminal.note({
    en: `${counted(invalid.size, 'prediction is invalid and counts as missing', 'predictions are invalid and count as missing')}; \`chineseblue check\` lists the reasons.`,
    zh: `${invalid.size} 条预测无效，按缺失计；原因见 \`chineseblue check\`。`,
  });
}
