import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { EXIT, UserError } from '../../ground/errors.ts';
import { explainFileError, readStart } from '../../ground/files.ts';
import { isSystemFile } from '../system-files.ts';
import type { Encoding } from './encoding.ts';
import { BRAT_OFFSETS, bratDocuments, readBrat } from './formats/brat.ts';
import { datasetSources, isDatasetFolder } from './formats/hugging-face/dataset-folder.ts';
import { parquetSource } from './formats/parquet.ts';
import { sheetSources } from './formats/xlsx/sheet-sources.ts';
import type { Fields, Misfit } from './raw.ts';
import type { Source } from './source.ts';
import { splitOf } from './split-names.ts';
import { textSource } from './text-source.ts';
import { EMPTY_BYTES, isWorkbook, zipSources } from './zip-sources.ts';

const EXTENSIONS = ['.csv', '.tsv', '.json', '.jsonl', '.conll', '.bio', '.txt', '.xlsx', '.parquet', '.zip'];

/** The settings for finding sources. */
interface SourceOptions {
  readonly fields: Fields;
  /** Which configuration of a dataset folder. */
  readonly config?: string;
  /** Takes sheets that are left out. */
  readonly misfit: (misfit: Misfit) => void;
}

/**
 * The sources that paths stand for: files, the sheets of workbooks, brat and dataset folders, and folders of any.
 * Throws a UserError if a path is not there
 * (`file-missing`), a folder holds nothing that is read (`no-sources`), a configuration is named and none is a dataset
 * folder (`no-configurations`), or a workbook is damaged.
 */
export async function findSources(paths: readonly string[], given: SourceOptions): Promise<Source[]> {
  const found: Source[] = [];
  let configured = given.config === undefined;
  for (const path of paths) {
    const { isFolder } = await statOf(path);
    found.push(...(isFolder ? await inside(path, given) : await fileSources(path, given)));
    configured ||= isFolder && (await isDatasetFolder(path));
  }
  if (!configured) throw noConfigurations(paths[0]);
  return found;
}

const noConfigurations = (file: string): UserError =>
  new UserError(
    'no-configurations',
    {
      en: 'Only a Hugging Face dataset folder has configurations',
      zh: '只有 Hugging Face 数据集目录才有配置',
    },
    {
      file,
      field: 'config',
      hint: { en: 'Leave out --config, or name such a folder.', zh: '请去掉 --config，或指定数据集目录。' },
      exitCode: EXIT.usage,
    },
  );

async function statOf(path: string): Promise<{ readonly isFolder: boolean; readonly size: number }> {
  const found = await stat(path).catch((error) => {
    throw explainFileError(error, path);
  });
  if (found.isFile() || found.isDirectory()) return { isFolder: found.isDirectory(), size: found.size };
  throw new UserError(
    'not-a-file',
    { en: 'This is a pipe or a device, which cannot be read twice', zh: '这是管道或设备，无法重复读取' },
    { file: path, hint: { en: 'Save it to a file first.', zh: '请先保存为文件。' } },
  );
}

async function inside(folder: string, given: SourceOptions): Promise<Source[]> {
  if ((await bratDocuments(folder)).length > 0) return [bratSource(folder)];
  if (await isDatasetFolder(folder))
    return datasetSources(folder, given.config, (path) => fileSources(path, given));
  const found: Source[] = [];
  for (const name of (await readdir(folder)).filter((name) => !isSystemFile(name)).sort()) {
    const path = join(folder, name);
    const { isFolder, size } = await statOf(path);
    const isData = EXTENSIONS.includes(extname(name).toLowerCase());
    if (isFolder && (await bratDocuments(path)).length > 0) found.push(bratSource(path));
    else if (!isFolder && isData && size <= EMPTY_BYTES) given.misfit({ code: 'file-empty', file: path });
    else if (!isFolder && isData) found.push(...(await fileSources(path, given)));
  }
  if (found.length > 0) return found;
  throw new UserError(
    'no-sources',
    { en: 'The folder contains nothing that can be imported', zh: '该目录中没有可导入的内容' },
    {
      file: folder,
      hint: {
        en: `Looked for: brat folders, and files ending in ${EXTENSIONS.join(', ')}.`,
        zh: `查找范围：brat 目录，以及扩展名为 ${EXTENSIONS.join('、')} 的文件。`,
      },
    },
  );
}

/** The file type by its first bytes. */
const MARKS = { zip: 'PK', parquet: 'PAR1', ole: '\xd0\xcf\x11\xe0' } as const;
/** Of the longest of `MARKS`. */
const MARK_BYTES = 4;

/** The sources of a file, by its content: a text, a Parquet table, the sheets of a workbook, or the texts of an archive. */
async function fileSources(path: string, { fields, misfit }: SourceOptions): Promise<Source[]> {
  const head = (await readStart(path, MARK_BYTES)).toString('latin1');
  const isSheet = extname(path).toLowerCase() === '.xlsx';
  if (head.startsWith(MARKS.ole)) throw oldWorkbook(path);
  if (isSheet && (head === '' || head.startsWith(MARKS.zip))) return sheetSources(path, fields, misfit);
  if (head.startsWith(MARKS.parquet)) return [parquetSource(path, splitOf(path))];
  if (head.startsWith(MARKS.zip))
    return (await isWorkbook(path)) ? sheetSources(path, fields, misfit) : zipSources(path, misfit);
  return [textSource({ path, name: path, split: splitOf(path) })];
}

const oldWorkbook = (file: string): UserError =>
  new UserError(
    'old-workbook',
    { en: 'This is an old (.xls) or encrypted workbook', zh: '这是旧版（.xls）或加密的工作簿' },
    {
      file,
      hint: {
        en: 'Save it as .xlsx without a password.',
        zh: '请另存为不带密码的 .xlsx。',
      },
    },
  );

function bratSource(path: string): Source {
  return {
    ...{ path, name: path, split: splitOf(path) },
    open(context, use) {
      const encodings = new Set<Encoding>();
      return use({
        ...{ format: 'brat', encoding: () => [...encodings].sort().join(', '), offsets: BRAT_OFFSETS },
        read: () => readBrat(path, context, (encoding) => encodings.add(encoding)),
      });
    },
  };
}
