import { existsSync } from 'node:fs';
import { list } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';
import { chooseTasks, dataDirOf } from '../open-task.ts';
import { DATA_DIR, TASK_FILE } from '../options.ts';
import { printPersonal } from '../scan-table.ts';
import { refuseUnread } from '../typed-options.ts';

const OPTIONS = {
  fields: list({
    placeholder: 'role=field',
    summary: {
      en: 'field of each role, as for `data import` (default: by name)',
      zh: '各字段的含义，同 `data import`（默认按字段名判断）',
    },
  }),
  ...TASK_FILE,
  ...DATA_DIR,
};

export const dataScanCommand = defineCommand({
  name: 'scan',
  summary: {
    en: 'look for personal data (identity and phone numbers, names, addresses, …) in files or tasks',
    zh: '在文件或任务中查找个人信息（身份证号、电话、姓名、地址等）',
  },
  operands: '<source...>',
  options: OPTIONS,
  examples: ['chineseblue data scan notes.csv', 'chineseblue data scan ward-notes --json'],
  async run({ operands, options, terminal, signal }) {
    const { scanSources, scanTasks } = await import('../../datasets/scan-sources.ts');
    const { parseFields } = await import('../../datasets/imports/parse-fields.ts');
    const isFile = operands.some((operand) => existsSync(operand) || /[./\\]/.test(operand));
    if (isFile) refuseUnread(OPTIONS, options, ['taskFile', 'dataDir'], { en: 'files', zh: '文件' });
    else refuseUnread(OPTIONS, options, ['fields'], { en: 'tasks', zh: '任务' });
    const dir = await dataDirOf(options);
    const report = isFile
      ? await scanSources(operands, parseFields(options.fields), signal)
      : await scanTasks((await chooseTasks(operands, options.taskFile, dir)).tasks, dir, signal);
    if (terminal.json) return terminal.printJson(report);
    await printPersonal(report, terminal);
  },
});
