import { UserError } from '../../ground/errors.ts';
import type { ReadPredictions } from '../../scoring/predictions.ts';
import { defineCommand } from '../command.ts';
import { openTaskData } from '../open-task.ts';
import { DATA_DIR, SPLIT, TASK, TASK_FILE } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { OFFSETS, PREDICTIONS } from './score.ts';

export const checkCommand = defineCommand({
  name: 'check',
  summary: { en: 'validate predictions without scoring them', zh: '只校验预测文件，不评分' },
  options: { ...TASK, ...PREDICTIONS, ...SPLIT, ...OFFSETS, ...TASK_FILE, ...DATA_DIR },
  examples: ['chineseblue check --task cMedQQ --predictions predictions.jsonl'],
  async run({ options, terminal }) {
    const file = options.predictions;
    const { dataset, split, part } = await openTaskData(options);
    const { checkFile } = await import('../../scoring/score-file.ts');
    const { offsetsNote } = await import('../../scoring/offsets.ts');
    const asked = { file, dataset, split, part, offsets: options.offsets };
    const { problems, coverage, offsets } = await checkFile(asked);
    const note = offsetsNote(offsets);
    if (note) terminal.note(note);
    if (terminal.json) terminal.printJson({ file, examples: coverage.asked, coverage, offsets, problems });
    else if (problems.length === 0) {
      terminal.printText({
        en: `${file}: ${coverage.asked} predictions, no problems`,
        zh: `${file}：${coverage.asked} 条预测，没有问题`,
      });
    } else await printProblems(problems, terminal);
    if (problems.length > 0) {
      throw new UserError(
        'check-failed',
        { en: `${problems.length} problems found`, zh: `发现 ${problems.length} 个问题` },
        { file },
      );
    }
  },
});

async function printProblems(problems: ReadPredictions['problems'], { say, table }: Terminal): Promise<void> {
  await table(
    [
      say({ en: 'line', zh: '行' }),
      'id',
      { head: say({ en: 'code', zh: '代码' }), dropRank: 1 },
      { head: say({ en: 'field', zh: '字段' }), dropRank: 2 },
      say({ en: 'problem', zh: '问题' }),
    ],
    problems.map(({ line, id, code, field, message }) => [
      String(line ?? ''),
      id ?? '',
      code,
      field ?? '',
      say(message),
    ]),
  );
}
