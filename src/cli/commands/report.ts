import { choice, text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';
import { chooseTasks, dataDirOf } from '../open-task.ts';
import { DATA_DIR, RUNS_DIR, TASK_FILE } from '../options.ts';
import { noteSkipped } from './runs.ts';

const DEFAULT_OUT = 'report.html';

export const reportCommand = defineCommand({
  name: 'report',
  summary: {
    en: 'write a report on runs: scores, errors and charts in one file',
    zh: '生成运行报告：得分、错误与图表，单个文件',
  },
  operands: '<run...>',
  options: {
    out: text({
      placeholder: 'file',
      summary: {
        en: `the file to write (html: ${DEFAULT_OUT}; else standard output)`,
        zh: `输出文件（html 默认 ${DEFAULT_OUT}，其余默认标准输出）`,
      },
    }),
    format: choice(['html', 'markdown', 'csv', 'json', 'latex', 'model-index'], {
      default: 'html',
      summary: {
        en: 'output format; model-index is metadata for Hugging Face',
        zh: '输出格式；model-index 为 Hugging Face 元数据',
      },
    }),
    ...TASK_FILE,
    ...DATA_DIR,
    ...RUNS_DIR,
  },
  examples: [
    'chineseblue report cMedQANER-test-crf-s0 --out report.html',
    'chineseblue report runs/cMedQQ-* --format markdown',
  ],
  async run({ operands, options, terminal }) {
    const { out, format, taskFile, runsDir } = options;
    const { isStandardOutput } = await import('../../ground/files.ts');
    const { openRuns } = await import('../../evaluation/opened.ts');
    const { FORMATS } = await import('../../report/formats.ts');
    const { analyseRuns, writeAnalyses } = await import('../../report/report.ts');
    const dataDir = await dataDirOf({ dataDir: options.dataDir });
    const runs = await openRuns([...new Set(operands)], {
      runsDir,
      dataDir,
      among: (await chooseTasks([], taskFile, dataDir)).tasks,
      onSkip: noteSkipped(terminal),
    });
    const tasks = await analyseRuns(runs, dataDir);
    if (format === 'html') {
      const file = out ?? DEFAULT_OUT;
      await writeAnalyses(file, tasks, new Date());
      if (isStandardOutput(file)) return;
      if (terminal.json) terminal.printJson({ file });
      else terminal.printText({ en: `Wrote ${file}`, zh: `已写入 ${file}` });
      return;
    }
    const page = FORMATS[format](tasks);
    if (out === undefined) return terminal.print(page.trimEnd());
    const { writeAtomic } = await import('../../ground/files.ts');
    await writeAtomic(out, page);
    terminal.note({ en: `Wrote ${out}`, zh: `已写入 ${out}` });
  },
});
