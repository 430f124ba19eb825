import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { EXIT, UserError } from '../../../../ground/errors.ts';
import { explainFileError } from '../../../../ground/files.ts';
import { listed } from '../../../../ground/language.ts';
import type { PlainRecord } from '../../../../tasks/families/shared/record.ts';
import { isObject } from '../../../formats/records.ts';
import { isSystemFile } from '../../../system-files.ts';
import { classNames } from '../../class-names.ts';
import type { Source } from '../../source.ts';
import { splitNamed } from '../../split-names.ts';
import { parseYaml } from './yaml.ts';

const CARD = 'README.md';
const MAX_CARD = 4 * 1024 * 1024;
const EXTENSIONS = ['.parquet', '.jsonl', '.json', '.csv', '.tsv'];
/** What `save_to_disk` leaves: Arrow streams, which are not read. */
const SAVED = ['dataset_dict.json', 'dataset_info.json', 'state.json'];

/** Files of a split of a dataset. */
interface DataFiles {
  /** As the dataset calls it; undefined: as the file is named. */
  readonly split?: string;
  readonly pattern: string;
}

/**
 * Whether a folder is a dataset as it stands on the Hugging Face hub: a card (`README.md`) that declares its files or columns,
 * or data files in `data/`. Throws a UserError `arrow-dataset` for one that `save_to_disk` wrote.
 */
export async function isDatasetFolder(folder: string): Promise<boolean> {
  const names = await readdir(folder);
  if (SAVED.some((name) => names.includes(name)) && !names.includes(CARD)) throw arrowDataset(folder);
  const { configs, dataset_info: info } = await readCard(folder);
  if (configs !== undefined || info !== undefined) return true;
  return names.includes('data') && (await filesIn(folder)).some((name) => name.startsWith('data/'));
}

/**
 * The data files of a dataset folder, with the splits and class names of its card. `config` chooses among
 * its configurations; otherwise the one that is marked or called default, or the only one. `open` finds what a file is.
 * Throws a UserError: `which-config`, `no-data-files`.
 */
export async function datasetSources(
  folder: string,
  config: string | undefined,
  open: (path: string) => Promise<Source[]>,
): Promise<Source[]> {
  const card = await readCard(folder);
  const chosen = chooseConfig(objectsIn(card.configs), config, folder);
  const classes = classNames(infoOf(card.dataset_info, chosen?.config_name));
  const files = await filesIn(folder);
  const wanted = chosen ? dataFiles(chosen) : [{ pattern: '**/*' }];
  const sources: Source[] = [];
  for (const { split, pattern } of wanted) {
    const matches = globMatcher(pattern);
    const found = files.filter(matches);
    if (found.length === 0) throw noFiles(folder, pattern);
    for (const name of found) {
      for (const source of await open(join(folder, name))) {
        const own = split === undefined ? source.split : splitNamed(split);
        sources.push({
          ...{ ...source, split: own },
          open: (context, use) => source.open({ ...context, classes }, use),
        });
      }
    }
  }
  return sources;
}

/** The front matter of a card; empty if there is none. */
async function readCard(folder: string): Promise<PlainRecord> {
  const file = join(folder, CARD);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile() || found.size > MAX_CARD) return {};
  const text = await readFile(file, 'utf8').catch((error) => {
    throw explainFileError(error, file);
  });
  const [, front] = /^\ufeff?---\r?\n(.*?)\r?\n---\s*(\r?\n|$)/s.exec(text) ?? [];
  if (front === undefined) return {};
  try {
    const card = parseYaml(front);
    return isObject(card) ? card : {};
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new UserError(
      'bad-card',
      {
        en: `The head of the dataset card cannot be read: ${cause}`,
        zh: `无法读取数据集说明的头部：${cause}`,
      },
      {
        file,
        hint: { en: 'Name the data files instead of the folder.', zh: '请直接指定数据文件，而非目录。' },
      },
    );
  }
}

/** The mappings of a list, or the only one. */
function objectsIn(value: unknown): PlainRecord[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter(isObject);
}

function chooseConfig(
  configs: readonly PlainRecord[],
  given: string | undefined,
  folder: string,
): PlainRecord | undefined {
  const named = (name: string) => configs.find(({ config_name }) => config_name === name);
  if (given !== undefined) {
    const found = named(given);
    if (found) return found;
    throw whichConfig(configs, folder);
  }
  if (configs.length === 0) return undefined;
  const found = configs.find((one) => one.default === 'true') ?? named('default');
  if (found) return found;
  if (configs.length > 1) throw whichConfig(configs, folder);
  return configs[0];
}

/** What the card declares about the columns of a configuration. */
function infoOf(info: unknown, config: unknown): unknown {
  const all = objectsIn(info);
  return all.find(({ config_name }) => config_name === config) ?? (all.length === 1 ? all[0] : undefined);
}

/** `data_files` of a configuration: patterns, or splits with patterns. */
function dataFiles({ data_files: given, data_dir: dir }: PlainRecord): DataFiles[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  const found = list.flatMap((item): DataFiles[] => {
    if (typeof item === 'string') return [{ pattern: item }];
    if (!isObject(item)) return [];
    const { split, path } = item;
    const own = typeof split === 'string' ? split : undefined;
    const patterns: readonly unknown[] = Array.isArray(path) ? path : [path];
    return patterns.flatMap((pattern) => (typeof pattern === 'string' ? [{ split: own, pattern }] : []));
  });
  if (found.length > 0) return found;
  return [{ pattern: typeof dir === 'string' && dir !== '' ? `${dir.replace(/\/$/, '')}/**/*` : '**/*' }];
}

/** Data files of a folder and of those in it, with forward slashes, sorted; hidden ones left out. */
async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch((error) => {
    throw explainFileError(error, folder);
  });
  return names
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => EXTENSIONS.includes(extname(name).toLowerCase()))
    .filter((name) => !isSystemFile(name) && !/(^|\/)[_~]/.test(name))
    .filter((name) => !SAVED.includes(name) && name !== 'dataset_infos.json')
    .sort();
}

/** Whether a path fits a pattern with `*`, `?` and `**`. */
function globMatcher(pattern: string): (path: string) => boolean {
  const source = pattern
    .replace(/^\.\//, '')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(
      /\*\*\/|\*\*|\*|\?/g,
      (mark) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' })[mark] ?? mark,
    );
  const whole = new RegExp(`^${source}$`, 's');
  return (path) => whole.test(path);
}

function whichConfig(configs: readonly PlainRecord[], folder: string): UserError {
  const names = listed(configs.map(({ config_name }) => String(config_name)));
  return new UserError(
    'which-config',
    { en: 'The configuration of the dataset is ambiguous', zh: '无法确定使用数据集的哪个配置' },
    {
      file: join(folder, CARD),
      hint: {
        en: `Choose one with --config NAME. Available: ${names.en || 'none'}.`,
        zh: `请用 --config 指定。现有：${names.zh || '无'}。`,
      },
      exitCode: EXIT.usage,
    },
  );
}

const noFiles = (folder: string, pattern: string): UserError =>
  new UserError(
    'no-data-files',
    { en: `No data file matches "${pattern}"`, zh: `没有与“${pattern}”相符的数据文件` },
    {
      file: join(folder, CARD),
      hint: {
        en: `Fetch the whole dataset. Files are those ending in ${EXTENSIONS.join(', ')}.`,
        zh: `请下载完整的数据集。数据文件的扩展名为 ${EXTENSIONS.join('、')}。`,
      },
    },
  );

const arrowDataset = (folder: string): UserError =>
  new UserError(
    'arrow-dataset',
    {
      en: 'The folder was written by save_to_disk (Arrow files)',
      zh: '该目录由 save_to_disk 写出（Arrow 文件）',
    },
    {
      file: folder,
      hint: {
        en: 'Write it with `dataset.to_parquet("train.parquet")`.',
        zh: '请改用 `dataset.to_parquet("train.parquet")` 写出。',
      },
    },
  );
