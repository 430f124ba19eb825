import { UserError } from '../../ground/errors.ts';
import type { Text } from '../../ground/language.ts';
import type { Task } from '../../tasks/task.ts';
import type { CommandSpec, OptionSpec } from '../command.ts';
import { chooseTasks, DATA_DIR, noCorpora, TASK_FILE } from '../options.ts';
import { auditCommand } from './audit.ts';

const FROM: OptionSpec = {
  flags: '--from <path>',
  summary: {
    en: 'take the files from a local directory or .tar.gz instead of the network',
    zh: '从本地目录或 .tar.gz 取文件，不联网',
  },
};
const FORCE: OptionSpec = {
  flags: '--force',
  summary: { en: 'replace files that differ from the official ones', zh: '替换内容与官方不符的文件' },
};

const given = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

const get: CommandSpec = {
  name: 'get',
  summary: {
    en: 'fetch the public corpora, resuming partial downloads, and verify every file',
    zh: '下载公开语料，可续传，并逐个校验',
  },
  operands: '[task...]',
  options: [FROM, FORCE, DATA_DIR],
  examples: [
    'chineseblue data get',
    'chineseblue data get cMedQQ cMedIC',
    'chineseblue data get --from ChineseBLUE.tar.gz',
  ],
  async run({ operands, options, terminal, signal }) {
    const { writableDataDir } = await import('../../datasets/directory.ts');
    const { getData } = await import('../../datasets/release/get.ts');
    const { printFileStates } = await import('../data-tables.ts');
    const { tasks, named } = await chooseTasks(operands, undefined);
    const { dir } = writableDataDir(given(options.dataDir), process.env);
    const progress = terminal.progress({ en: 'Fetching', zh: '下载中' });
    const from = given(options.from);
    const report = await getData(named ? tasks : tasks.filter(({ access }) => access === 'public'), {
      dataDir: dir,
      from,
      force: options.force === true,
      signal,
      onProgress: progress.update,
    }).finally(progress.stop);
    if (terminal.json) terminal.printJson(report);
    else await printFileStates(report.files, terminal);
    for (const { name, reason } of report.ignored) {
      terminal.note({ en: `Ignored ${name}: ${reason.en}.`, zh: `已忽略 ${name}：${reason.zh}。` });
    }
    terminal.note({ en: `The corpora are in ${dir}.`, zh: `语料位于 ${dir}。` });
    const found = report.files.filter(({ state }) => state === 'fetched' || state === 'kept');
    const yours = report.files.filter(({ state }) => state === 'yours');
    const lacking = report.files.filter(({ state }) => state === 'missing' || state === 'differs');
    if (yours.length > 0) throw notReplaced(yours);
    if (lacking.length > 0 && (named || found.length === 0)) throw notFound(lacking, from);
  },
};

type Files = readonly { readonly path: string }[];

const notReplaced = (files: Files): UserError =>
  new UserError(
    'not-official',
    {
      en: `${files.length} existing files are not the official ones`,
      zh: `已有 ${files.length} 个文件与官方内容不符`,
    },
    {
      file: files[0].path,
      hint: {
        en: 'They were left unchanged; --force replaces them.',
        zh: '这些文件未被改动；使用 --force 可替换。',
      },
    },
  );

const notFound = (files: Files, from: string | undefined): UserError =>
  new UserError(
    'not-found',
    {
      en: `${files.length} files were not found in ${from ?? 'the release'}`,
      zh: `在 ${from ?? '官方发布'} 中未找到 ${files.length} 个文件`,
    },
    {
      file: files[0].path,
      hint: {
        en: 'Check the path given with --from, or omit it to fetch them.',
        zh: '请检查 --from 的路径，或省略该选项以联网下载。',
      },
    },
  );

const verify: CommandSpec = {
  name: 'verify',
  summary: { en: 'compare the files with the official ones by hash', zh: '按哈希与官方文件比对' },
  operands: '[task...]',
  options: [DATA_DIR],
  examples: ['chineseblue data verify', 'chineseblue data verify CMDD --json'],
  async run({ operands, options, terminal }) {
    const { resolveDataDir } = await import('../../datasets/directory.ts');
    const { verifyData } = await import('../../datasets/release/verify.ts');
    const { printFileStates } = await import('../data-tables.ts');
    const { tasks } = await chooseTasks(operands, undefined);
    const { dir, origin } = resolveDataDir(given(options.dataDir), process.env);
    const progress = terminal.progress({ en: 'Verifying', zh: '校验中' });
    const files = await verifyData(tasks, dir, progress.update).finally(progress.stop);
    if (terminal.json) terminal.printJson({ dataDir: dir, origin, files });
    else await printFileStates(files, terminal);
    if (files.length === 0) throw notReleased(tasks);
    if (files.every(({ state }) => state === 'absent')) throw noCorpora(dir);
    const wrong = files.filter(({ state }) => state === 'differs');
    if (wrong.length > 0) {
      throw new UserError(
        'not-official',
        {
          en: `${wrong.length} files differ from the official ones`,
          zh: `${wrong.length} 个文件与官方内容不符`,
        },
        {
          file: wrong[0].path,
          hint: {
            en: `\`chineseblue data get ${wrong[0].task} --force\` replaces them.`,
            zh: `可用 \`chineseblue data get ${wrong[0].task} --force\` 替换。`,
          },
        },
      );
    }
  },
};

const notReleased = (tasks: readonly Task[]): UserError =>
  new UserError(
    'not-public',
    {
      en: `${tasks.map(({ id }) => id).join(', ')}: never released, so there is nothing to compare with`,
      zh: `${tasks.map(({ id }) => id).join('、')} 从未发布，没有可比对的官方文件`,
    },
    {
      hint: {
        en: '`chineseblue tasks` says which corpora are public.',
        zh: '`chineseblue tasks` 列出哪些语料是公开的。',
      },
    },
  );

const stats: CommandSpec = {
  name: 'stats',
  summary: {
    en: 'count examples, labels, lengths and irregularities of every split',
    zh: '统计各划分的样本数、标签、长度与异常',
  },
  operands: '[task...]',
  options: [TASK_FILE, DATA_DIR],
  examples: ['chineseblue data stats', 'chineseblue data stats cMedQANER --json'],
  async run({ operands, options, terminal, signal }) {
    const { resolveDataDir } = await import('../../datasets/directory.ts');
    const { summarizeTasks } = await import('../../datasets/summary.ts');
    const { tasks, named } = await chooseTasks(operands, options.taskFile);
    const { dir, origin } = resolveDataDir(given(options.dataDir), process.env);
    const progress = terminal.progress({ en: 'Counting', zh: '统计中' });
    const summaries = await summarizeTasks(tasks, dir, {
      required: named,
      signal,
      onProgress: progress.update,
    }).finally(progress.stop);
    if (summaries.every(({ splits }) => splits.length === 0)) throw noCorpora(dir);
    if (terminal.json) return terminal.printJson({ dataDir: dir, origin, tasks: summaries });
    const { printSummaries } = await import('../data-tables.ts');
    await printSummaries(summaries, terminal);
  },
};

const path: CommandSpec = {
  name: 'path',
  summary: { en: 'print the directory of the corpora', zh: '显示读取语料的目录' },
  options: [DATA_DIR],
  examples: ['chineseblue data path'],
  async run({ options, terminal }) {
    const { resolveDataDir } = await import('../../datasets/directory.ts');
    const found = resolveDataDir(given(options.dataDir), process.env);
    if (terminal.json) return terminal.printJson({ dataDir: found.dir, origin: found.origin });
    terminal.print(found.dir);
    const why: Readonly<Record<typeof found.origin, Text>> = {
      flag: { en: 'given by --data-dir', zh: '由 --data-dir 指定' },
      env: { en: 'given by CHINESEBLUE_DATA', zh: '由 CHINESEBLUE_DATA 指定' },
      cache: { en: 'your cache directory', zh: '当前用户的缓存目录' },
      samples: {
        en: 'the synthetic samples: no corpus was fetched yet (`chineseblue data get`)',
        zh: '合成样例：尚未下载语料（`chineseblue data get`）',
      },
    };
    terminal.note(why[found.origin]);
  },
};

export const dataCommand: CommandSpec = {
  name: 'data',
  summary: { en: 'fetch, verify, count and audit the corpora', zh: '获取、校验、统计与审查语料' },
  examples: ['chineseblue data get cMedQQ', 'chineseblue data stats'],
  subcommands: [get, verify, stats, auditCommand, path],
};
