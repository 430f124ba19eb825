import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { createDirectory } from '../../ground/files.ts';
import { listed, type Text } from '../../ground/language.ts';
import { makeWhole } from '../../ground/staging.ts';
import { SPLITS, type SplitName, type Task } from '../../tasks/task.ts';
import { findFormat } from '../formats/registry.ts';
import { readItems } from '../read.ts';
import { hasPassages, PASSAGES, takePassages } from './passages.ts';
import { countsGroups, officialRecords } from './sizes.ts';
import { openSources, type SourceFile } from './sources.ts';
import { findTerminology, TERMINOLOGY, takeTerminology } from './terminology.ts';
import { asUtf8, type Encoding } from './utf8.ts';

/** The folder of the data directory that holds all corpora of CBLUE. */
const FOLDER = 'CBLUE';

export interface CblueFile {
  /** Relative to the data directory. */
  readonly path: string;
  /** Absent for a terminology, whose records are terms. */
  readonly split?: SplitName;
  /** What it was read from. */
  readonly source: string;
  /** `GB18030`: it was converted to UTF-8, and nothing else was changed. */
  readonly encoding: Encoding;
  readonly records: number;
  /** How many the official file has, where that is known. */
  readonly official?: number;
  readonly state: 'taken' | 'kept';
}

export interface CblueReport {
  readonly dataDir: string;
  readonly files: readonly CblueFile[];
  /** Corpora of which no file was found. */
  readonly missing: readonly string[];
  readonly ignored: readonly { readonly name: string; readonly reason: Text }[];
}

export interface CblueRequest {
  /** Their corpora are looked for. */
  readonly tasks: readonly Task[];
  readonly dataDir: string;
  /** A folder or a zip. */
  readonly from: string;
  /** Replace files in place that have other content. */
  readonly force: boolean;
  readonly signal?: AbortSignal;
}

/** A file that a corpus should have. */
interface Wanted {
  /** The first of those that share it. */
  readonly task: Task;
  /** The tasks whose records it contains; empty if there is only one. */
  readonly parts: readonly Task[];
  readonly split: SplitName;
  /** Below the data directory. */
  readonly path: string;
}

/**
 * Takes the official files out of a folder or zip, by their names, wherever they are in it. Every file is read by the reader
 * of its task before any is put in place: all of them are, or none. Throws a UserError `not-found` if there is no such file,
 * `ambiguous-file` where one name has two contents, `not-official` where another file is in place (without `force`), and what
 * the readers say of damaged files, naming the source.
 */
export async function getCblue({ tasks, dataDir, from, force, signal }: CblueRequest): Promise<CblueReport> {
  const { files: sources, ignored } = await openSources(from);
  const found: [Wanted, SourceFile[]][] = wantedBy(tasks)
    .map((wanted): [Wanted, SourceFile[]] => [
      wanted,
      sources.filter(({ base }) => isNamed(base, wanted.path)),
    ])
    .filter(([, candidates]) => candidates.length > 0);
  const withPassages = hasPassages(sources) && tasks.some(isPassageTask);
  if (found.length === 0 && !withPassages) throw nothingFound(from, tasks);
  await createDirectory(dataDir);
  const files = await makeWhole(
    join(dataDir, FOLDER),
    async (staging) => {
      const place = join(dataDir, FOLDER);
      if (existsSync(place)) await cp(place, staging, { recursive: true });
      const taken: CblueFile[] = [];
      for (const [wanted, candidates] of found) {
        signal?.throwIfAborted();
        taken.push(
          await take(wanted, candidates, join(staging, wanted.path.slice(FOLDER.length + 1)), force),
        );
      }
      const terminology = wantsTerms(found) ? findTerminology(sources) : undefined;
      if (terminology) taken.push(await takeTerms(terminology, staging));
      if (withPassages) taken.push(...(await takeLists(sources, staging, { force, signal })));
      return taken;
    },
    { mayReplace: () => true },
  );
  const folders = new Set(files.map(({ path }) => dirname(path)));
  const missing = [...new Set(tasks.map(({ corpus }) => corpus.folder))].filter(
    (folder) => !folders.has(folder),
  );
  return { dataDir, files, missing: missing.map((folder) => basename(folder)), ignored };
}

/** Terms are of use where texts are normalised to them. */
const wantsTerms = (found: readonly (readonly [Wanted, unknown])[]): boolean =>
  found.some(([{ path }]) => dirname(path) === dirname(`${FOLDER}/${TERMINOLOGY}`));

async function takeTerms(source: SourceFile, staging: string): Promise<CblueFile> {
  const place = join(staging, TERMINOLOGY);
  const before = existsSync(place) ? await readFile(place) : undefined;
  const records = await takeTerminology(source, staging);
  const isKept = before?.equals(await readFile(place)) ?? false;
  return {
    ...{ path: `${FOLDER}/${TERMINOLOGY}`, source: source.name, encoding: 'UTF-8', records },
    state: isKept ? 'kept' : 'taken',
  };
}

const isPassageTask = ({ corpus }: Task): boolean => corpus.folder === `${FOLDER}/${PASSAGES}`;

/** The lists of KUAKE-IR, which are made of its queries and passages. */
async function takeLists(
  sources: readonly SourceFile[],
  staging: string,
  { force, signal }: Pick<CblueRequest, 'force' | 'signal'>,
): Promise<CblueFile[]> {
  const taken: CblueFile[] = [];
  for (const { split, source, encoding, queries, content } of await takePassages(sources, signal)) {
    const name = `${PASSAGES}/${PASSAGES}_${split}.jsonl`;
    const path = `${FOLDER}/${name}`;
    const destination = join(staging, name);
    const isKept = await put(Buffer.from(content), destination, path, force);
    const official = officialRecords(`${FOLDER}/${PASSAGES}`, split);
    taken.push({
      ...{ path, split, source, encoding, records: queries },
      ...(official !== undefined && { official }),
      state: isKept ? 'kept' : 'taken',
    });
  }
  return taken;
}

/** Writes a file unless it is there already, which is returned. Throws a UserError `not-official` over another one. */
async function put(content: Buffer, destination: string, path: string, force: boolean): Promise<boolean> {
  const known = existsSync(destination) ? await readFile(destination) : undefined;
  const isKept = known?.equals(content) ?? false;
  if (known && !isKept && !force) throw notReplaced(path);
  await createDirectory(dirname(destination));
  await writeFile(destination, content);
  return isKept;
}

/** The files of the corpora of these tasks, each once: several tasks may share a corpus. */
function wantedBy(tasks: readonly Task[]): Wanted[] {
  const wanted = new Map<string, Wanted>();
  for (const task of tasks) {
    for (const split of SPLITS) {
      const file = task.corpus.files[split];
      const path = `${task.corpus.folder}/${file}`;
      if (file === undefined) continue;
      const { parts = [], ...known } = wanted.get(path) ?? { task, split, path };
      wanted.set(path, { ...known, parts: task.corpus.part === undefined ? parts : [...parts, task] });
    }
  }
  return [...wanted.values()];
}

/** Files of lines are also called `.jsonl`, and `.jsonl.txt`. */
const isNamed = (base: string, path: string): boolean =>
  base.replace(/\.jsonl?(\.txt)?$/i, '.json').toLowerCase() === basename(path).toLowerCase();

/** Puts one file in its place below the staging directory, as UTF-8. */
async function take(
  { task, parts, split, path }: Wanted,
  candidates: readonly SourceFile[],
  destination: string,
  force: boolean,
): Promise<CblueFile> {
  const [source, ...others] = candidates;
  const raw = await source.read();
  for (const other of others)
    if (!raw.equals(await other.read())) throw ambiguous(path, source.name, other.name);
  const { content, encoding } = asUtf8(raw, source.name);
  const isKept = await put(content, destination, path, force);
  const records = await namingSource(source.name, () => countRecords(task, parts, destination, source.name));
  const official = officialRecords(task.corpus.folder, split);
  return {
    ...{ path, split, source: source.name, encoding, records },
    ...(official !== undefined && { official }),
    state: isKept ? 'kept' : 'taken',
  };
}

/** Reads a file as its tasks do. */
async function countRecords(task: Task, parts: readonly Task[], path: string, name: string): Promise<number> {
  const { format, folder } = task.corpus;
  const units = new Set<string>();
  let count = 0;
  for (const one of parts.length > 0 ? parts : [task]) {
    for await (const items of readItems({ format, path, name }, one)) {
      count += items.length;
      for (const { group } of items) if (group !== undefined) units.add(group);
    }
  }
  if (parts.length > 0) {
    // also those of parts that were not requested, and none that exist
    count = 0;
    const all = findFormat(format).read(path, { labels: new Set(), notice: () => undefined });
    for await (const records of all) count += records.length;
  }
  return countsGroups(folder) ? units.size : count;
}

/** Errors of the reading name where a file came from. */
async function namingSource<T>(source: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, text, place, hintText: hint, exitCode } = error;
    throw new UserError(code, text, { ...place, file: source, hint, exitCode });
  }
}

function nothingFound(file: string, tasks: readonly Task[]): UserError {
  const names = wantedBy(tasks).map(({ path }) => basename(path));
  const some = listed(names.slice(0, 3));
  return new UserError(
    'not-found',
    { en: 'No file of CBLUE was found', zh: '未找到 CBLUE 的文件' },
    {
      file,
      hint: {
        en: `Looked for ${some.en}${names.length > 3 ? ' and others' : ''}, in folders and zips below it.`,
        zh: `在其下的目录与 zip 中查找过 ${some.zh}${names.length > 3 ? ' 等' : ''}。`,
      },
    },
  );
}

const ambiguous = (path: string, first: string, second: string): UserError =>
  new UserError(
    'ambiguous-file',
    {
      en: `Two different files are called ${basename(path)}`,
      zh: `有两个内容不同的文件都名为 ${basename(path)}`,
    },
    {
      file: second,
      hint: { en: `The other one is ${first}: leave one out.`, zh: `另一个是 ${first}，请只保留其一。` },
    },
  );

const notReplaced = (file: string): UserError =>
  new UserError(
    'not-official',
    { en: 'Another file already exists here', zh: '该处已有内容不同的文件' },
    {
      file,
      hint: { en: 'Nothing was changed; --force replaces it.', zh: '未作任何改动；使用 --force 可替换。' },
    },
  );
