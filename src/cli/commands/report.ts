import { extname } from 'node:path';
import { choice, text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';
import { chooseTasks, dataDirOf } from '../open-task.ts';
import { DATA_DIR, RUNS_DIR, TASK_FILE } from '../options.ts';
import { noteSkipped } from './runs.ts';

const DEFAULT_OUT = 'report.html';
const FORMAT_NAMES = ['html', 'markdown', 'csv', 'json', 'latex', 'model-index'] as const;
type FormatName = (typeof FORMAT_NAMES)[number];

const ENDINGS: Readonly<Record<string, FormatName>> = {
  ...{ '.md': 'markdown', '.csv': 'csv', '.json': 'json', '.tex': 'latex' },
};

/** The format that the ending of a file stands for. */
const formatOf = (file = DEFAULT_OUT): FormatName => ENDINGS[extname(file).toLowerCase()] ?? 'html';

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
    format: choice(FORMAT_NAMES, {
      summary: {
        en: 'output format; if omitted, that of the file extension, else html; model-index is metadata for Hugging Face',
        zh: '输出格式；省略时取决于文件扩展名，否则为 html；model-index 为 Hugging Face 元数据',
      },
    }),
    ...TASK_FILE,
    ...DATA_DIR,
    ...RUNS_DIR,
  },
  excludes: { format: ['json'] },
  examples: [
    'chineseblue report cMedQANER-test-crf-s0 --out report.html',
    'chineseblue report runs/cMedQQ-* --format markdown',
  ],
  async run({ operands, options, terminal, signal }) {
    const { out, format = formatOf(out), taskFile, runsDir } = options;
    const { isStandardOutput, writeAtomic } = await import('../../ground/files.ts');
    const { createYielder } = await import('../../ground/yielder.ts');
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
    const rest = createYielder(signal);
    const tasks = await analyseRuns(runs, dataDir);
    await rest();
    if (format !== 'html' && out === undefined) return terminal.print(FORMATS[format](tasks).trimEnd());
    const file = out ?? DEFAULT_OUT;
    if (format === 'html') await writeAnalyses(file, tasks, new Date());
    else await writeAtomic(file, FORMATS[format](tasks));
    if (isStandardOutput(file)) return;
    if (terminal.json) terminal.printJson({ file });
    else terminal.printText({ en: `Wrote ${file}`, zh: `已写入 ${file}` });
  },
});
