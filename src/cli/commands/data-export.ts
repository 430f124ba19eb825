import { choice, flag, text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';
import { chooseTask, dataDirOf } from '../open-task.ts';
import { DATA_DIR, TASK_FILE } from '../options.ts';

// listed again here because this module is read at every start of the program
const FORMATS = ['doccano', 'label-studio', 'brat', 'conll', 'csv', 'jsonl'] as const;

export const dataExportCommand = defineCommand({
  name: 'export',
  summary: {
    en: 'write every split of a task for an annotation tool or a spreadsheet (doccano, Label Studio, brat, CoNLL, CSV, JSON Lines)',
    zh: '将任务的各划分写成标注工具或表格可用的格式（doccano、Label Studio、brat、CoNLL、CSV、JSON Lines）',
  },
  operands: '<task>',
  options: {
    to: choice(FORMATS, { required: true, summary: { en: 'the format', zh: '格式' } }),
    out: text({
      required: true,
      placeholder: 'dir',
      summary: { en: 'the folder that is made', zh: '输出目录' },
    }),
    leaveOut: flag({
      default: false,
      summary: {
        en: 'leave out, and count, examples that the format cannot hold (default: refuse)',
        zh: '略去该格式无法容纳的样本并计数（默认报错）',
      },
    }),
    ...TASK_FILE,
    ...DATA_DIR,
  },
  examples: [
    'chineseblue data export cMedQANER --to doccano --out cmedqaner-doccano',
    'chineseblue data export ward-notes --to brat --out ward-notes-brat',
  ],
  async run({ operands, options, terminal }) {
    const { exportData } = await import('../../datasets/exports/export.ts');
    const { isConfidential } = await import('../../tasks/task.ts');
    const task = await chooseTask({ task: operands, ...options });
    const { to, out, leaveOut } = options;
    const report = await exportData({ task, dir: await dataDirOf(options), to, out, leaveOut });
    if (terminal.json) return terminal.printJson(report);
    const { printExport } = await import('../export-tables.ts');
    await printExport(report, terminal);
    if (isConfidential(task))
      terminal.note({
        en: 'The task is confidential: what was written holds its texts.',
        zh: '该任务标为保密：导出的文件含其文本。',
      });
  },
});
