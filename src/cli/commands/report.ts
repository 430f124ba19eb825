import { EXIT, UserError } from '../../ground/errors.ts';
import type { CommandSpec } from '../command.ts';
import { dataDirOf } from '../open-task.ts';
import { chooseTasks, DATA_DIR, RUNS_DIR, TASK_FILE, textOption } from '../options.ts';

const DEFAULT_OUT = 'report.html';

export const reportCommand: CommandSpec = {
  name: 'report',
  summary: {
    en: 'scores, errors and charts of runs, to look at and to pass on',
    zh: '生成运行的得分、错误与图表报告',
  },
  operands: '<run...>',
  options: [
    {
      flags: '--out <file>',
      summary: {
        en: `the file to write (html: ${DEFAULT_OUT}; else standard output)`,
        zh: `输出文件（html 默认 ${DEFAULT_OUT}，其余默认标准输出）`,
      },
    },
    {
      flags: '--format <name>',
      summary: {
        en: 'html, markdown, csv, json, latex, or model-index (Hugging Face metadata)',
        zh: 'html、markdown、csv、json、latex 或 model-index（Hugging Face 元数据）',
      },
      default: 'html',
    },
    TASK_FILE,
    DATA_DIR,
    RUNS_DIR,
  ],
  examples: [
    'chineseblue report cMedQANER-test-crf-s0 --out report.html',
    'chineseblue report runs/cMedQQ-* --format markdown',
  ],
  async run({ operands, options, terminal }) {
    const format = textOption(options, 'format');
    const { FORMATS, isFormat } = await import('../../report/formats.ts');
    if (format !== 'html' && !isFormat(format)) {
      throw new UserError('bad-format', `There is no format "${format}"`, {
        hint: `Use html, ${Object.keys(FORMATS).join(', ')}.`,
        exitCode: EXIT.usage,
      });
    }
    const { openRuns } = await import('../../evaluation/opened.ts');
    const dataDir = await dataDirOf(options);
    const runs = await openRuns([...new Set(operands)], {
      runsDir: textOption(options, 'runsDir'),
      dataDir,
      among: (await chooseTasks([], options.taskFile)).tasks,
    });
    const out = typeof options.out === 'string' ? options.out : undefined;
    const { analyseRuns, writeReport } = await import('../../report/report.ts');
    const tasks = await analyseRuns(runs, dataDir);
    if (format === 'html') {
      const file = out ?? DEFAULT_OUT;
      await writeReport(file, tasks, new Date());
      if (terminal.json) terminal.printJson({ file });
      else terminal.print(terminal.say({ en: `Wrote ${file}`, zh: `已写入 ${file}` }));
      return;
    }
    const text = FORMATS[format as keyof typeof FORMATS](tasks);
    if (out === undefined) return terminal.print(text.trimEnd());
    const { writeAtomic } = await import('../../ground/files.ts');
    await writeAtomic(out, text);
    terminal.note(terminal.say({ en: `Wrote ${out}`, zh: `已写入 ${out}` }));
  },
};
