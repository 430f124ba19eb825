import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { download, fileUrl } from '../../fetch/download.ts';
import { dropLeftovers, findLeftovers } from '../../fetch/part.ts';
import { counted } from '../../ground/counted.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { inLanes } from '../../ground/lanes.ts';
import { listed, type Text } from '../../ground/language.ts';
import type { Task } from '../../tasks/task.ts';
import { takeFromArchive } from './archive.ts';
import { copyFrom } from './local.ts';
import { OFFICIAL_ADDRESS, type OfficialFile, officialFiles } from './manifest.ts';
import { checkFile } from './verify.ts';

/** Small files wait for the server most of the time: CMDD has 2 067 of them. */
const AT_A_TIME = 8;

/**
 * `kept`: there already, with the right content. `missing`: the local copy has none. `differs`: the local
 * copy has another one. `yours`: a file with other content is in place and was kept.
 */
export type GetState = 'fetched' | 'kept' | 'missing' | 'differs' | 'yours';

export interface GetReport {
  readonly dataDir: string;
  readonly files: readonly { readonly path: string; readonly state: GetState }[];
  /** Suspicious entries of an archive, which were skipped. */
  readonly ignored: readonly { readonly name: string; readonly reason: Text }[];
}

export interface GetOptions {
  readonly dataDir: string;
  /** A directory or a .tar.gz to take the files from instead of the network. */
  readonly from?: string;
  /** Replace files in place whose content is not the official one. */
  readonly force?: boolean;
  readonly address?: string;
  /** Share of the work done, 0 to 1, and the current file. */
  readonly onProgress?: (share: number, note: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Brings the official files of `tasks` into the data directory.
 * Throws a UserError (`not-public`) for a task that was never released, and those of `getFiles`.
 */
export async function getData(tasks: readonly Task[], options: GetOptions): Promise<GetReport> {
  for (const task of tasks) if (officialFiles(task).length === 0) throw notPublic(task, options.dataDir);
  return getFiles(tasks.flatMap(officialFiles), options);
}

/**
 * Throws a UserError where `getData` left something undone: `not-official` for files that it did not replace,
 * `not-found` where `all` files were wanted and some lack, or none was found. `from` is where they were taken from.
 */
export function requireFetched({ files }: GetReport, all: boolean, from?: string): void {
  const yours = files.filter(({ state }) => state === 'yours');
  if (yours.length > 0) throw notReplaced(yours);
  const lacking = files.filter(({ state }) => state === 'missing' || state === 'differs');
  if (lacking.length > 0 && (all || lacking.length === files.length)) throw notFound(lacking, from);
}

const notReplaced = (files: GetReport['files']): UserError =>
  new UserError(
    'not-official',
    {
      en: `${counted(files.length, 'existing file is not the official one', 'existing files are not the official ones')}`,
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

const notFound = (files: GetReport['files'], from: string | undefined): UserError =>
  new UserError(
    'not-found',
    {
      en: `${counted(files.length, 'file was not found', 'files were not found')} in ${from ?? 'the release'}`,
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

/**
 * Brings `wanted` into the data directory and keeps what is there already. Several processes may do so at
 * once. Throws the UserErrors of `download`, `copyFrom` and `takeFromArchive`.
 */
export async function getFiles(wanted: readonly OfficialFile[], options: GetOptions): Promise<GetReport> {
  const { dataDir, from, force = false, address = OFFICIAL_ADDRESS, onProgress, signal } = options;
  const states = new Map<string, GetState>();
  await inLanes(wanted, AT_A_TIME, async (official) => {
    const state = await checkFile(dataDir, official);
    if (state === 'ok') states.set(official.path, 'kept');
    else if (state === 'differs' && !force) states.set(official.path, 'yours');
  });
  const open = wanted.filter(({ path }) => !states.has(path));
  const leftovers = await findLeftovers(wanted.map(({ path }) => join(dataDir, path)));
  let ignored: GetReport['ignored'] = [];
  if (open.length > 0) {
    if (from && (await isFile(from))) {
      const report = await takeFromArchive(from, open, dataDir, signal);
      for (const path of report.fetched) states.set(path, 'fetched');
      ignored = report.ignored;
    } else {
      const progress = meter(open, onProgress);
      await inLanes(open, AT_A_TIME, async (official) => {
        signal?.throwIfAborted();
        const destination = join(dataDir, official.path);
        if (from) states.set(official.path, await copyFrom(from, official, destination));
        else {
          await download(official, fileUrl(address, official.path), destination, {
            signal,
            leftovers,
            onBytes: (count) => progress.bytes(count, official),
          });
          states.set(official.path, 'fetched');
        }
        progress.done(official);
      });
    }
  }
  const files = wanted.map(({ path }) => ({ path, state: states.get(path) ?? ('missing' as const) }));
  for (const { path, state } of files) {
    if (state === 'fetched' || state === 'kept') await dropLeftovers(join(dataDir, path), leftovers);
  }
  return { dataDir, files, ignored };
}

function notPublic({ id, corpus }: Task, dataDir: string): UserError {
  const files = listed(Object.values(corpus.files).map((file) => join(dataDir, corpus.folder, file)));
  return new UserError(
    'not-public',
    { en: `${id} was never released: there is nothing to fetch`, zh: `${id} 从未发布，无法下载` },
    { hint: { en: `Put your own corpus at ${files.en}.`, zh: `请将自备语料放在 ${files.zh}。` } },
  );
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    throw explainFileError(error, path);
  }
}

/** Counts files and, within a file of known size, bytes: sizes of some files are not known beforehand. */
function meter(files: readonly OfficialFile[], onProgress: GetOptions['onProgress']) {
  let finished = 0;
  const within = new Map<string, number>();
  const report = (official: OfficialFile): void => {
    let inside = 0;
    for (const share of within.values()) inside += share;
    onProgress?.(Math.min(1, (finished + inside) / files.length), official.path);
  };
  return {
    bytes(count: number, official: OfficialFile): void {
      if (official.bytes) {
        const before = within.get(official.path) ?? 0;
        within.set(official.path, Math.min(1, before + count / official.bytes));
      }
      report(official);
    },
    done(official: OfficialFile): void {
      within.delete(official.path);
      finished++;
      report(official);
    },
  };
}
