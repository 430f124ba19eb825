import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { hashPath } from '../../ground/hash.ts';
import type { SplitName } from '../../tasks/task.ts';
import { type Encoding, withUtf8 } from './encoding.ts';
import { BRAT_OFFSETS, bratDocuments, readBrat } from './formats/brat.ts';
import { createOffsetCounter, type InferredOffsets } from './offsets.ts';
import type { Misfit, RawRecord, ReadContext } from './raw.ts';
import { detectFormat, readHead } from './registry.ts';

const EXTENSIONS = ['.csv', '.tsv', '.json', '.jsonl', '.conll', '.bio', '.txt'];

/** A file, or a brat folder, and the split that its name says. */
interface Source {
  readonly path: string;
  readonly folder: boolean;
  readonly split?: SplitName;
}

/** What was found out about a source. */
export interface SourceReport {
  readonly path: string;
  readonly sha256: string;
  readonly format: string;
  readonly encoding: string;
  readonly offsets: InferredOffsets | null;
  readonly records: number;
  readonly split: SplitName | null;
}

export interface ReadSource {
  readonly report: SourceReport;
  readonly records: readonly RawRecord[];
}

/** Words in names that say which split a file is. */
const SPLIT_WORDS: readonly (readonly [RegExp, SplitName])[] = [
  [/(^|[^a-z])train(ing)?([^a-z]|$)/i, 'train'],
  [/(^|[^a-z])(dev|val|valid|validation)([^a-z]|$)/i, 'dev'],
  [/(^|[^a-z])test([^a-z]|$)/i, 'test'],
  [/训练/, 'train'],
  [/(验证|开发)集/, 'dev'],
  [/测试/, 'test'],
];

const splitOf = (path: string): SplitName | undefined =>
  SPLIT_WORDS.find(([word]) => word.test(basename(path, extname(path))))?.[1];

/**
 * The sources that paths stand for: files, brat folders, and folders of either. Throws a UserError where a path is not
 * there (`file-missing`) or a folder holds nothing that is read (`no-sources`).
 */
export async function findSources(paths: readonly string[]): Promise<Source[]> {
  const found: Source[] = [];
  for (const path of paths) {
    const { isFolder } = await statOf(path);
    found.push(...(isFolder ? await inside(path) : [{ path, folder: false, split: splitOf(path) }]));
  }
  return found;
}

async function statOf(path: string): Promise<{ isFolder: boolean }> {
  const found = await stat(path).catch((error) => {
    throw explainFileError(error, path);
  });
  return { isFolder: found.isDirectory() };
}

async function inside(folder: string): Promise<Source[]> {
  if ((await bratDocuments(folder)).length > 0)
    return [{ path: folder, folder: true, split: splitOf(folder) }];
  const found: Source[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    const { isFolder } = await statOf(path);
    if (isFolder && (await bratDocuments(path)).length > 0)
      found.push({ path, folder: true, split: splitOf(name) });
    else if (!isFolder && EXTENSIONS.includes(extname(name).toLowerCase()))
      found.push({ path, folder: false, split: splitOf(name) });
  }
  if (found.length > 0) return found;
  throw new UserError(
    'no-sources',
    { en: 'The folder holds nothing that can be imported', zh: '该目录中没有可导入的内容' },
    {
      file: folder,
      hint: {
        en: `Looked for: brat folders, and files ending in ${EXTENSIONS.join(', ')}.`,
        zh: `查找范围：brat 目录，以及扩展名为 ${EXTENSIONS.join('、')} 的文件。`,
      },
    },
  );
}

/** Reads one source, and finds its format, its encoding and the rule of its offsets. Throws a UserError. */
export async function readSource(
  source: Source,
  context: Omit<ReadContext, 'misfit'>,
  misfit: (misfit: Misfit) => void,
): Promise<ReadSource> {
  const { path, folder, split = null } = source;
  const sha256 = await hashPath(path);
  const given = { ...context, misfit };
  const records: RawRecord[] = [];
  const report = (format: string, encoding: string, counter: ReturnType<typeof createOffsetCounter>) => {
    for (const { texts, spans = [] } of records) for (const span of spans) counter.see(texts[0], span);
    const offsets = counter.infer() ?? null;
    return { report: { path, sha256, format, encoding, offsets, records: records.length, split }, records };
  };
  if (folder) {
    const encodings = new Set<Encoding>();
    for await (const record of readBrat(path, given, (encoding) => encodings.add(encoding)))
      records.push(record);
    return report('brat', [...encodings].sort().join(', '), createOffsetCounter(BRAT_OFFSETS));
  }
  return withUtf8(path, async (copy, encoding) => {
    const head = await readHead(path, copy);
    const { name, format } = detectFormat(head);
    for await (const record of format.read(head, given)) records.push(record);
    return report(name, encoding, createOffsetCounter(format.offsets));
  });
}
