import type { Text } from '../../ground/language.ts';
import type { CommandSpec, Invocation, OptionSpec } from '../command.ts';
import { chooseTasks, DATA_DIR, TASK_FILE } from '../options.ts';
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
  summary: { en: 'replace files whose content is not the official one', zh: '替换内容与官方不符的文件' },
};

/** A directory with more files than this is shown as one row. */
const ROWS_PER_DIRECTORY = 12;
/** How many labels and notices a row shows. */
const SHOWN_NAMES = 4;

const dataDirOf = (options: Invocation['options']): string | undefined =>
  options.dataDir as string | undefined;

const get: CommandSpec = {
  name: 'get',
  summary: {
    en: 'fetch the public corpora, resume, and verify every file',
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
    const { UserError } = await import('../../ground/errors.ts');
    const { tasks, named } = await chooseTasks(operands, undefined);
    const { dir } = writableDataDir(dataDirOf(options), process.env);
    const progress = terminal.progress(terminal.say({ en: 'Fetching', zh: '下载中' }));
    const from = typeof options.from === 'string' ? options.from : undefined;
    const report = await getData(named ? tasks : tasks.filter(({ access }) => access === 'public'), {
      dataDir: dir,
      from,
      force: options.force === true,
      signal,
      onProgress: progress.update,
    }).finally(progress.stop);
    if (terminal.json) terminal.printJson(report);
    else await printStates(terminal, report.files);
    for (const { name, reason } of report.ignored) {
      terminal.note(
        terminal.say({ en: `Passed over ${name}: ${reason}.`, zh: `已忽略 ${name}：${reason}。` }),
      );
    }
    terminal.note(terminal.say({ en: `The corpora are in ${dir}.`, zh: `语料位于 ${dir}。` }));
    const held = report.files.filter(({ state }) => state === 'fetched' || state === 'kept');
    const yours = report.files.filter(({ state }) => state === 'yours');
    const lacking = report.files.filter(({ state }) => state === 'missing' || state === 'differs');
    if (yours.length > 0) {
      throw new UserError('not-official', `${yours.length} files in place are not the official ones`, {
        file: yours[0].path,
        hint: 'They were left alone; --force replaces them.',
      });
    }
    if (lacking.length > 0 && (named || held.length === 0)) {
      throw new UserError('not-found', `${lacking.length} files were not found in ${from}`, {
        file: lacking[0].path,
        hint: 'Check the path given with --from, or leave it out to fetch them.',
      });
    }
  },
};

const STATES: Readonly<Record<string, Text>> = {
  fetched: { en: 'fetched', zh: '已取得' },
  kept: { en: 'was there', zh: '已存在' },
  missing: { en: 'not found', zh: '未找到' },
  differs: { en: 'not the official content', zh: '内容与官方不符' },
  yours: { en: 'left alone: not the official content', zh: '未改动：内容与官方不符' },
  ok: { en: 'ok', zh: '正确' },
  absent: { en: 'absent', zh: '缺失' },
};

async function printStates(
  terminal: Invocation['terminal'],
  files: readonly { readonly path: string; readonly state: string }[],
): Promise<void> {
  const folders = new Map<string, typeof files>();
  for (const file of files) {
    const folder = file.path.slice(0, file.path.lastIndexOf('/'));
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  const rows: string[][] = [];
  for (const [folder, inside] of folders) {
    if (inside.length <= ROWS_PER_DIRECTORY) {
      rows.push(...inside.map(({ path, state }) => [path, terminal.say(STATES[state])]));
      continue;
    }
    const counts = new Map<string, number>();
    for (const { state } of inside) counts.set(state, (counts.get(state) ?? 0) + 1);
    for (const [state, count] of counts) {
      const many = terminal.say({ en: `${count} files`, zh: `${count} 个文件` });
      rows.push([`${folder}/ (${many})`, terminal.say(STATES[state])]);
    }
  }
  await terminal.table(terminal.language === 'zh' ? ['文件', '状态'] : ['file', 'state'], rows);
}

const verify: CommandSpec = {
  name: 'verify',
  summary: { en: 'compare the files with the official ones, by hash', zh: '按哈希与官方文件比对' },
  operands: '[task...]',
  options: [DATA_DIR],
  examples: ['chineseblue data verify', 'chineseblue data verify CMDD --json'],
  async run({ operands, options, terminal }) {
    const { resolveDataDir } = await import('../../datasets/directory.ts');
    const { verifyData } = await import('../../datasets/release/verify.ts');
    const { UserError } = await import('../../ground/errors.ts');
    const { tasks } = await chooseTasks(operands, undefined);
    const { dir, origin } = resolveDataDir(dataDirOf(options), process.env);
    const progress = terminal.progress(terminal.say({ en: 'Verifying', zh: '校验中' }));
    const files = await verifyData(tasks, dir, progress.update).finally(progress.stop);
    if (terminal.json) terminal.printJson({ dataDir: dir, origin, files });
    else await printStates(terminal, files);
    const wrong = files.filter(({ state }) => state === 'differs');
    if (wrong.length > 0) {
      throw new UserError('not-official', `${wrong.length} files are not the official ones`, {
        file: wrong[0].path,
        hint: `\`chineseblue data get ${wrong[0].task} --force\` replaces them.`,
      });
    }
  },
};

const stats: CommandSpec = {
  name: 'stats',
  summary: {
    en: 'count examples, labels, lengths and oddities of every split',
    zh: '统计各划分的样本数、标签、长度与异常',
  },
  operands: '[task...]',
  options: [TASK_FILE, DATA_DIR],
  examples: ['chineseblue data stats', 'chineseblue data stats cMedQANER --json'],
  async run({ operands, options, terminal, signal }) {
    const { resolveDataDir } = await import('../../datasets/directory.ts');
    const { openDataset } = await import('../../datasets/dataset.ts');
    const { summarizeDataset } = await import('../../datasets/summary.ts');
    const { tasks, named } = await chooseTasks(operands, options.taskFile);
    const { dir, origin } = resolveDataDir(dataDirOf(options), process.env);
    const progress = terminal.progress(terminal.say({ en: 'Counting', zh: '统计中' }));
    const summaries = [];
    try {
      for (const [i, task] of tasks.entries()) {
        signal.throwIfAborted();
        progress.update(i / tasks.length, task.id);
        const dataset = await openDataset({ task, dir });
        const summary = await summarizeDataset(dataset);
        if (named && summary.splits.length === 0) await dataset.split('test');
        summaries.push(summary);
      }
    } finally {
      progress.stop();
    }
    if (terminal.json) return terminal.printJson({ dataDir: dir, origin, tasks: summaries });
    const names = (counts: readonly { name: string; count: number }[]): string => {
      const shown = counts.slice(0, SHOWN_NAMES).map(({ name, count }) => `${name} ${count}`);
      const more = counts.length - SHOWN_NAMES;
      return (
        shown.join('\n') +
        (more > 0 ? `\n${terminal.say({ en: `and ${more} more`, zh: `另有 ${more} 类` })}` : '')
      );
    };
    const head = {
      en: [
        'task',
        'split',
        'examples',
        'official',
        'groups',
        'length 50/90/99/max',
        'annotations',
        'labels',
        'notices',
      ],
      zh: ['任务', '划分', '样本', '官方', '独立单元', '长度 50/90/99/最大', '标注数', '标签', '提示'],
    };
    const synthetic = terminal.say({ en: ' (synthetic)', zh: '（合成样例）' });
    const noGold = terminal.say({ en: ' (no gold)', zh: '（无金标）' });
    await terminal.table(
      head[terminal.language],
      summaries.flatMap(({ task, splits }) =>
        splits.map((split) => [
          task,
          split.split + (split.synthetic ? synthetic : '') + (split.hasGold === false ? noGold : ''),
          String(split.examples),
          split.official === undefined ? '' : String(split.official),
          String(split.groups),
          [split.lengths.median, split.lengths.p90, split.lengths.p99, split.lengths.max].join('/'),
          String(split.annotations),
          names(split.labels),
          names(split.notices),
        ]),
      ),
    );
    for (const { task, splits, note } of summaries) {
      for (const { split, disagreement } of splits) {
        if (!disagreement) continue;
        const { agreed, onlyPrimary, onlyAlternative } = disagreement;
        terminal.note(
          terminal.say({
            en: `${task} ${split}: JSON and BIO agree on ${agreed} entities; ${onlyPrimary} only in JSON, ${onlyAlternative} only in BIO.`,
            zh: `${task} ${split}：JSON 与 BIO 一致的实体 ${agreed} 个；仅 JSON 有 ${onlyPrimary} 个，仅 BIO 有 ${onlyAlternative} 个。`,
          }),
        );
      }
      if (note && splits.length > 0) terminal.note(`${task}: ${terminal.say(note)}.`);
    }
  },
};

const path: CommandSpec = {
  name: 'path',
  summary: { en: 'print where the corpora are read from', zh: '显示读取语料的目录' },
  options: [DATA_DIR],
  examples: ['chineseblue data path'],
  async run({ options, terminal }) {
    const { resolveDataDir } = await import('../../datasets/directory.ts');
    const found = resolveDataDir(dataDirOf(options), process.env);
    if (terminal.json) return terminal.printJson({ dataDir: found.dir, origin: found.origin });
    terminal.print(found.dir);
    const why: Readonly<Record<typeof found.origin, Text>> = {
      flag: { en: 'given by --data-dir', zh: '由 --data-dir 指定' },
      env: { en: 'given by CHINESEBLUE_DATA', zh: '由 CHINESEBLUE_DATA 指定' },
      cache: { en: 'the cache directory of this user', zh: '当前用户的缓存目录' },
      samples: {
        en: 'the synthetic samples: nothing was fetched yet (`chineseblue data get`)',
        zh: '合成样例：尚未下载语料（`chineseblue data get`）',
      },
    };
    terminal.note(terminal.say(why[found.origin]));
  },
};

export const dataCommand: CommandSpec = {
  name: 'data',
  summary: { en: 'get, verify and count the corpora', zh: '获取、校验与统计语料' },
  examples: ['chineseblue data get cMedQQ', 'chineseblue data stats'],
  subcommands: [get, verify, stats, auditCommand, path],
};
