import type { CblueRequest } from '../../datasets/cblue/get.ts';
import type { DataDirectory } from '../../datasets/directory.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import type { Text } from '../../ground/language.ts';
import { flag, text } from '../../ground/parameters.ts';
import type { Task } from '../../tasks/task.ts';
import { type CommandSpec, defineCommand } from '../command.ts';
import { chooseTasks, noCorpora } from '../open-task.ts';
import { DATA_DIR, TASK_FILE } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { auditCommand } from './audit.ts';
import { dataExportCommand } from './data-export.ts';
import { dataImportCommand } from './data-import.ts';
import { dataScanCommand } from './data-scan.ts';

const get = defineCommand({
  name: 'get',
  summary: {
    en: 'fetch the public corpora, resuming partial downloads, and verify every file',
    zh: '下载公开语料，可续传，并逐个校验',
  },
  operands: '[task...]',
  options: {
    from: text({
      placeholder: 'path',
      summary: {
        en: 'read the files from a local directory or .tar.gz instead of the network; for cblue, from a directory or .zip',
        zh: '从本地目录或 .tar.gz 取文件，不联网；cblue 从目录或 .zip 取',
      },
    }),
    force: flag({
      default: false,
      summary: { en: 'replace files that differ from the official ones', zh: '替换内容与官方不符的文件' },
    }),
    ...DATA_DIR,
  },
  examples: [
    'chineseblue data get',
    'chineseblue data get cMedQQ cMedIC',
    'chineseblue data get --from ChineseBLUE.tar.gz',
    'chineseblue data get cblue --from CBLUE.zip',
  ],
  async run({ operands, options, terminal, signal }) {
    const { writableDataDir } = await import('../../datasets/directory.ts');
    const { getData, requireFetched } = await import('../../datasets/release/get.ts');
    const { printFileStates } = await import('../data-tables.ts');
    const { from, force } = options;
    const { dir: dataDir } = writableDataDir(options.dataDir, process.env);
    const archived = await archivedTasks(operands);
    if (archived) return getArchived({ tasks: archived, dataDir, from, force, signal }, terminal);
    const { tasks, named } = await chooseTasks(operands);
    const progress = terminal.progress({ en: 'Fetching', zh: '下载中' });
    const report = await getData(named ? tasks : tasks.filter(({ access }) => access === 'public'), {
      ...{ dataDir, from, force, signal },
      onProgress: progress.update,
    }).finally(progress.stop);
    if (terminal.json) terminal.printJson(report);
    else await printFileStates(report.files, terminal);
    for (const { name, reason } of report.ignored) {
      terminal.note({ en: `Ignored ${name}: ${reason.en}.`, zh: `已忽略 ${name}：${reason.zh}。` });
    }
    terminal.note({ en: `The corpora are in ${dataDir}.`, zh: `语料位于 ${dataDir}。` });
    requireFetched(report, named, from);
  },
});

/** The tasks imported from an archive of the user, if nothing else is requested: `cblue`, or some of its tasks. */
async function archivedTasks(names: readonly string[]): Promise<readonly Task[] | undefined> {
  const { findTask, tasks } = await import('../../tasks/registry.ts');
  const chosen = names.flatMap((name) => {
    const all = tasks.filter(({ corpus }) => corpus.archive === name.toLowerCase());
    return all.length > 0 ? all : findTask(name);
  });
  const archived = chosen.filter(({ corpus }) => corpus.archive !== undefined);
  if (archived.length === 0) return undefined;
  const other = chosen.find((task) => !archived.includes(task));
  if (other) throw mixedSources(other);
  return archived;
}

const mixedSources = ({ id }: Task): UserError =>
  new UserError(
    'mixed-sources',
    { en: `${id} is not in the archives of CBLUE`, zh: `${id} 不在 CBLUE 压缩包中` },
    {
      hint: { en: 'Fetch it with a separate command.', zh: '请用单独的命令获取。' },
      exitCode: EXIT.usage,
    },
  );

async function getArchived(
  { from, ...request }: Omit<CblueRequest, 'from'> & { readonly from: string | undefined },
  terminal: Terminal,
): Promise<void> {
  if (from === undefined) throw needsArchive();
  const { getCblue } = await import('../../datasets/cblue/get.ts');
  const { printArchived } = await import('../data-tables.ts');
  const report = await getCblue({ ...request, from });
  if (terminal.json) terminal.printJson(report);
  else await printArchived(report, terminal);
}

const needsArchive = (): UserError =>
  new UserError(
    'needs-archive',
    { en: 'The corpora of CBLUE cannot be downloaded without registration', zh: 'CBLUE 语料须注册后下载' },
    {
      field: 'from',
      hint: {
        en: 'Register at https://tianchi.aliyun.com/cblue, download the archives and pass them with --from.',
        zh: '请在 https://tianchi.aliyun.com/cblue 注册下载，再用 --from 指定下载的文件。',
      },
      exitCode: EXIT.usage,
    },
  );

const verify = defineCommand({
  name: 'verify',
  summary: { en: 'compare the files with the official ones by hash', zh: '按哈希与官方文件比对' },
  operands: '[task...]',
  options: DATA_DIR,
  examples: ['chineseblue data verify', 'chineseblue data verify CMDD --json'],
  async run({ operands, options, terminal }) {
    const { resolveDataDir } = await import('../../datasets/directory.ts');
    const { requireOfficial, verifyData } = await import('../../datasets/release/verify.ts');
    const { printFileStates } = await import('../data-tables.ts');
    const { tasks } = await chooseTasks(operands);
    const { dir, origin } = resolveDataDir(options.dataDir, process.env);
    const progress = terminal.progress({ en: 'Verifying', zh: '校验中' });
    const files = await verifyData(tasks, dir, progress.update).finally(progress.stop);
    if (terminal.json) terminal.printJson({ dataDir: dir, origin, files });
    else await printFileStates(files, terminal);
    if (files.length > 0 && files.every(({ state }) => state === 'absent')) throw noCorpora(dir);
    requireOfficial(files, tasks);
  },
});

const stats = defineCommand({
  name: 'stats',
  summary: {
    en: 'count examples, labels, lengths and irregularities of every split',
    zh: '统计各划分的样本数、标签、长度与异常',
  },
  operands: '[task...]',
  options: { ...TASK_FILE, ...DATA_DIR },
  examples: ['chineseblue data stats', 'chineseblue data stats cMedQANER --json'],
  async run({ operands, options, terminal, signal }) {
    const { resolveDataDir } = await import('../../datasets/directory.ts');
    const { summarizeTasks } = await import('../../datasets/summary.ts');
    const { dir, origin } = resolveDataDir(options.dataDir, process.env);
    const { tasks, named } = await chooseTasks(operands, options.taskFile, dir);
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
});

const path = defineCommand({
  name: 'path',
  summary: { en: 'print the directory of the corpora', zh: '显示读取语料的目录' },
  options: DATA_DIR,
  examples: ['chineseblue data path'],
  async run({ options, terminal }) {
    const { resolveDataDir } = await import('../../datasets/directory.ts');
    const { dir, origin } = resolveDataDir(options.dataDir, process.env);
    if (terminal.json) return terminal.printJson({ dataDir: dir, origin });
    terminal.print(dir);
    terminal.note(ORIGINS[origin]);
  },
});

/** Why a data directory is that one. */
const ORIGINS: Readonly<Record<DataDirectory['origin'], Text>> = {
  flag: { en: 'given by --data-dir', zh: '由 --data-dir 指定' },
  env: { en: 'given by CHINESEBLUE_DATA', zh: '由 CHINESEBLUE_DATA 指定' },
  cache: { en: 'your cache directory', zh: '当前用户的缓存目录' },
  samples: {
    en: 'the synthetic samples: no corpus has been fetched yet (`chineseblue data get`)',
    zh: '合成样例：尚未下载语料（`chineseblue data get`）',
  },
};

export const dataCommand: CommandSpec = {
  name: 'data',
  summary: {
    en: 'fetch, import, export, verify, count and audit corpora',
    zh: '获取、导入、导出、校验、统计与审查语料',
  },
  examples: [
    'chineseblue data get cMedQQ',
    'chineseblue data import pairs.csv --as ward-pairs',
    'chineseblue data stats',
  ],
  subcommands: [
    get,
    dataImportCommand,
    dataExportCommand,
    dataScanCommand,
    verify,
    stats,
    auditCommand,
    path,
  ],
};
