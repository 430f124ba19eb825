import { UserError } from '../../ground/errors.ts';
import type { CommandSpec } from '../command.ts';
import { openTaskData } from '../open-task.ts';
import { DATA_DIR, SPLIT, TASK_FILE, textOption } from '../options.ts';
import { optionSpecs, parseOptions } from '../typed-options.ts';
import { PREDICTIONS, READING } from './score.ts';

export const checkCommand: CommandSpec = {
  name: 'check',
  summary: { en: 'validate predictions without scoring them', zh: '只校验预测文件，不评分' },
  options: [
    { flags: '--task <name>', summary: { en: 'the task', zh: '任务' } },
    PREDICTIONS,
    SPLIT,
    ...optionSpecs(READING),
    TASK_FILE,
    DATA_DIR,
  ],
  examples: ['chineseblue check --task cMedQQ --predictions predictions.jsonl'],
  async run({ options, terminal }) {
    const file = textOption(options, 'predictions');
    const { task, dataset, split, part } = await openTaskData(options);
    const { offsets: asked } = parseOptions(READING, options);
    const { readAnyPredictions } = await import('../../scoring/corpus-format.ts');
    const { offsetsNote } = await import('../../scoring/offsets.ts');
    const { questions } = await dataset.split(part);
    const { problems, coverage, offsets } = await readAnyPredictions(file, task, questions, {
      offsets: asked,
      inferOffsets: true,
      split,
      scheme: dataset.scheme,
    });
    const note = offsetsNote(offsets);
    if (note) terminal.note(note);
    if (terminal.json) terminal.printJson({ file, examples: questions.length, coverage, offsets, problems });
    else if (problems.length === 0) {
      terminal.printText({
        en: `${file}: ${questions.length} predictions, no problems`,
        zh: `${file}：${questions.length} 条预测，没有问题`,
      });
    } else {
      const { say } = terminal;
      await terminal.table(
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
    if (problems.length > 0) {
      throw new UserError(
        'check-failed',
        { en: `${problems.length} problems found`, zh: `发现 ${problems.length} 个问题` },
        { file },
      );
    }
  },
};
