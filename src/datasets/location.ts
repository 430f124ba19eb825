import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../ground/errors.ts';
import { listed, type Text } from '../ground/language.ts';
import { SPLITS, type SplitName, type Task } from '../tasks/task.ts';
import { samplesDir } from './directory.ts';
import { findFormat, formats } from './formats/registry.ts';

/** `alternative`: the other format of the same splits, e.g. the BIO files of the NER corpora. */
export type Source = 'primary' | 'alternative';

/** Where the files of a task are searched. */
export interface Place {
  readonly task: Task;
  /** The data directory. */
  readonly dir: string;
  readonly source: Source;
}

export interface Location {
  readonly format: string;
  /** Relative to the data directory, forward slashes. */
  readonly name: string;
  readonly path: string;
  readonly synthetic: boolean;
}

/** `train.txt` → `train.synthetic.txt`, `train` → `train.synthetic`: how generated samples are named. */
export const syntheticName = (file: string): string => file.replace(/(\.[^./]+)?$/, '.synthetic$1');

const sideOf = ({ task, source }: Place) => (source === 'primary' ? task.corpus : task.corpus.alternative);

/**
 * The location of a split, or undefined if it is absent. Synthetic files are seen only where no
 * real file of the task is there at all: the two never mix.
 */
export function locate(place: Place, split: SplitName): Location | undefined {
  const { folder } = place.task.corpus;
  const side = sideOf(place);
  const file = side?.files[split];
  if (!side || !file) return undefined;
  const synthetic = !hasRealFiles(place);
  const own = synthetic ? syntheticName(file) : file;
  const path = join(place.dir, folder, own);
  return existsSync(path) ? { format: side.format, name: `${folder}/${own}`, path, synthetic } : undefined;
}

const hasRealFiles = ({ task, dir }: Place): boolean =>
  [task.corpus.files, task.corpus.alternative?.files ?? {}]
    .flatMap((files) => Object.values(files))
    .some((file) => existsSync(join(dir, task.corpus.folder, file)));

/** The splits whose files are there, in the order train, dev, test. */
export const filesAtHand = (place: Place): SplitName[] =>
  SPLITS.filter((split) => locate(place, split) !== undefined);

/** How to get a split that is absent. */
export function howToGet(place: Place): Text {
  const { task } = place;
  const shape = findFormat(sideOf(place)?.format ?? task.corpus.format).shape;
  const { archive } = task.corpus;
  if (archive !== undefined) {
    const command = `chineseblue data get ${archive} --from ARCHIVE_OR_FOLDER`;
    return {
      en: `Import it from the official archive: \`${command}\`.`,
      zh: `从官方压缩包取得：\`${command}\`。`,
    };
  }
  return task.access === 'public'
    ? {
        en: `Fetch it: \`chineseblue data get ${task.id}\`.`,
        zh: `下载：\`chineseblue data get ${task.id}\`。`,
      }
    : { en: `Put your corpus there: ${shape.en}.`, zh: `请将语料放在该处：${shape.zh}。` };
}

/** The error for a split that is not there: the place or the command that would supply it. */
export function absent(place: Place, split: SplitName): UserError {
  const { task, source, dir } = place;
  const side = sideOf(place);
  const file = side?.files[split];
  const second =
    source === 'primary' ? { en: '', zh: '' } : { en: ' in a second format', zh: '的第二种格式' };
  if (!side || !file) {
    const declared = listed(Object.keys(side?.files ?? {}));
    return new UserError(
      'split-absent',
      { en: `${task.id} has no ${split} split${second.en}`, zh: `${task.id} 没有 ${split} 划分${second.zh}` },
      { hint: { en: `It declares ${declared.en || 'none'}.`, zh: `已声明：${declared.zh || '无'}。` } },
    );
  }
  return new UserError(
    'split-absent',
    {
      en: `The ${split} split of ${task.id}${second.en} was not found`,
      zh: `缺少 ${task.id} 的 ${split} 划分${second.zh}`,
    },
    { file: join(dir, task.corpus.folder, file), hint: howElse(place, split) },
  );
}

/** How to get a split that is absent, or to do without where the samples have it. */
function howElse(place: Place, split: SplitName): Text {
  const [how, samples] = [howToGet(place), samplesDir()];
  if (!locate({ ...place, dir: samples }, split)) return how;
  return {
    en: `${how.en} Or use the synthetic samples: \`--data-dir ${samples}\`.`,
    zh: `${how.zh}也可使用合成样例：\`--data-dir ${samples}\`。`,
  };
}

/**
 * Throws a UserError: `unknown-format`, or `format-mismatch` if a declared format cannot hold the records of the
 * task's family.
 */
export function requireFittingFormat({ family, corpus, id }: Task, file?: string): void {
  for (const [field, format] of [
    ['corpus.format', corpus.format],
    ['corpus.alternative.format', corpus.alternative?.format],
  ] as const) {
    if (format === undefined || findFormat(format, { file, field }).families.includes(family)) continue;
    const fitting = Object.entries(formats)
      .filter(([, { families }]) => families.includes(family))
      .map(([name]) => name);
    throw new UserError(
      'format-mismatch',
      {
        en: `The format ${format} cannot hold ${family} records, which ${id} needs`,
        zh: `格式 ${format} 不能存放 ${id} 所需的 ${family} 记录`,
      },
      {
        file,
        field,
        hint: {
          en: `Formats of ${family}: ${fitting.join(', ')}.`,
          zh: `${family} 可用格式：${fitting.join('、')}。`,
        },
      },
    );
  }
}
