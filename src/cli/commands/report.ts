import type { CommandSpec } from '../command.ts';
import { choiceOption } from '../numbers.ts';
import { dataDirOf } from '../open-task.ts';
import { chooseTasks, DATA_DIR, RUNS_DIR, TASK_FILE, textOption } from '../options.ts';

const DEFAULT_OUT = 'report.html';

export const reportCommand: CommandSpec = {
  name: 'report',
  summary: {
    en: 'write a report on runs: scores, errors and charts in one file',
    zh: '生成运行报告：得分、错误与图表，单个文件',
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
    const { FORMATS } = await import('../../report/formats.ts');
    const textFormats = Object.keys(FORMATS) as (keyof typeof FORMATS)[];
    const format = choiceOption(options, 'format', ['html', ...textFormats]);
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
    const text = FORMATS[format](tasks);
    if (out === undefined) return terminal.print(text.trimEnd());
    const { writeAtomic } = await import('../../ground/files.ts');
    await writeAtomic(out, text);
    terminal.note(terminal.say({ en: `Wrote ${out}`, zh: `已写入 ${out}` }));
  },
};
