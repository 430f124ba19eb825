import type { openAnswers } from '../../evaluation/exported-answers.ts';
import { choice, flag, text } from '../../ground/parameters.ts';
import { SPLITS } from '../../tasks/task.ts';
import { defineCommand } from '../command.ts';
import { chooseTask, dataDirOf } from '../open-task.ts';
import { DATA_DIR, RUNS_DIR, TASK_FILE } from '../options.ts';

// listed again here because this module is read at every start of the program
const FORMATS = ['doccano', 'label-studio', 'brat', 'conll', 'bio', 'csv', 'jsonl', 'parquet', 'hf'] as const;

export const dataExportCommand = defineCommand({
  name: 'export',
  summary: {
    en: 'write every split of a task for other tools (doccano, Label Studio, brat, CoNLL, CSV, JSON Lines, Parquet, Hugging Face)',
    zh: '将任务的各划分写成其他工具可用的格式（doccano、Label Studio、brat、CoNLL、CSV、JSON Lines、Parquet、Hugging Face）',
  },
  operands: '<task>',
  options: {
    to: choice(FORMATS, { required: true, summary: { en: 'the format', zh: '格式' } }),
    out: text({
      required: true,
      placeholder: 'dir',
      summary: { en: 'the folder to write', zh: '输出目录' },
    }),
    leaveOut: flag({
      default: false,
      summary: {
        en: 'skip and count examples that the format cannot represent (default: fail)',
        zh: '略去该格式无法容纳的样本并计数（默认报错）',
      },
    }),
    predictions: text({
      placeholder: 'run|file',
      summary: {
        en: 'export the predictions of a run or a file with their split: next to the gold in Label Studio, otherwise in its place',
        zh: '导出某次运行或预测文件所作答的划分及其预测：Label Studio 与金标并列，其他格式以预测代替金标',
      },
    }),
    split: choice(SPLITS, {
      summary: {
        en: 'only this split (default: all; with --predictions, the split of the predictions, or test if the file does not state it)',
        zh: '只导出该划分（默认全部；用 --predictions 时为所作答的划分，文件未注明则为 test）',
      },
    }),
    ...RUNS_DIR,
    ...TASK_FILE,
    ...DATA_DIR,
  },
  needs: { runsDir: ['predictions'] },
  examples: [
    'chineseblue data export cMedQANER --to doccano --out cmedqaner-doccano',
    'chineseblue data export ward-notes --to brat --out ward-notes-brat',
    'chineseblue data export ward-notes --to label-studio --predictions predictions.jsonl --out ward-notes-studio',
  ],
  async run({ operands, options, terminal, signal }) {
    const { exportData } = await import('../../datasets/exports/export.ts');
    const { isConfidential } = await import('../../tasks/task.ts');
    const task = await chooseTask({ task: operands, ...options });
    const { to, out, leaveOut, predictions, split, runsDir } = options;
    const dir = await dataDirOf(options);
    const answered =
      predictions === undefined ? { split } : await answersOf(predictions, { task, dir, runsDir, split });
    const report = await exportData({ task, dir, to, out, leaveOut, signal, ...answered });
    if (terminal.json) return terminal.printJson(report);
    const { printExport } = await import('../export-tables.ts');
    await printExport(report, terminal);
    if (isConfidential(task))
      terminal.note({
        en: 'The task is confidential, and the exported files contain its texts.',
        zh: '该任务标为保密：导出的文件含其文本。',
      });
  },
});

async function answersOf(...asked: Parameters<typeof openAnswers>): ReturnType<typeof openAnswers> {
  const { openAnswers: open } = await import('../../evaluation/exported-answers.ts');
  return open(...asked);
}
