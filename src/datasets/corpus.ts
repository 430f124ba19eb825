import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Identity, identifyFile } from '../fetch/identity.ts';
import { UserError } from '../ground/errors.ts';
import type { Example } from '../tasks/examples.ts';
import { type FormatName, SPLITS, type SplitName, type Task } from '../tasks/task.ts';
import { listDialogues } from './formats/dialogue-json.ts';
import type { Notice } from './formats/format.ts';
import { formats } from './formats/registry.ts';
import { identifyDirectory } from './hashes.ts';

export { resolveDataDir, samplesDir } from './directory.ts';
export type { Notice } from './formats/format.ts';

/** A file that examples came from; a directory with one file a dialogue is one entry. */
export interface CorpusFile extends Identity {
  /** Relative to the data directory, forward slashes. */
  readonly path: string;
}

export interface Split {
  readonly name: SplitName;
  /** In file order. */
  readonly examples: readonly Example[];
  readonly files: readonly CorpusFile[];
  readonly notices: readonly Notice[];
  /** Made by the generator of the samples, not by people. */
  readonly synthetic: boolean;
}

export type Source = 'primary' | 'alternative';

export interface ReadOptions {
  readonly dataDir: string;
  /** `alternative`: the other format of the same split, e.g. the BIO files of the NER corpora. Default `primary`. */
  readonly source?: Source;
}

interface Location {
  readonly format: FormatName;
  /** Relative to the data directory, forward slashes. */
  readonly name: string;
  readonly path: string;
  readonly synthetic: boolean;
}

/** `train.txt` → `train.synthetic.txt`, `train` → `train.synthetic`: how generated samples are named. */
export const syntheticName = (file: string): string => file.replace(/(\.[^./]+)?$/, '.synthetic$1');

/**
 * The location of a split, or undefined where it is absent. Synthetic files are seen only where no
 * real file of the task is there at all: the two never mix.
 */
function locate(
  task: Task,
  split: SplitName,
  { dataDir, source = 'primary' }: ReadOptions,
): Location | undefined {
  const side = source === 'primary' ? task.corpus : task.corpus.alternative;
  const file = side?.files[split];
  if (!side || !file) return undefined;
  const at = (name: string, synthetic: boolean): Location => ({
    format: side.format,
    name: `${task.corpus.folder}/${name}`,
    path: join(dataDir, task.corpus.folder, name),
    synthetic,
  });
  const synthetic = !hasRealFiles(task, dataDir);
  const location = at(synthetic ? syntheticName(file) : file, synthetic);
  return existsSync(location.path) ? location : undefined;
}

const hasRealFiles = (task: Task, dataDir: string): boolean =>
  [task.corpus.files, task.corpus.alternative?.files ?? {}]
    .flatMap((files) => Object.values(files))
    .some((file) => existsSync(join(dataDir, task.corpus.folder, file)));

/** The splits of a task that are there, in the order train, dev, test. */
export const availableSplits = (task: Task, dataDir: string, source?: Source): SplitName[] =>
  SPLITS.filter((split) => locate(task, split, { dataDir, source }) !== undefined);

/**
 * Reads one split of a task, with the identity of every file it came from.
 * Throws a UserError: `split-absent` with the command or the place that would supply it, `split-empty`,
 * or whatever is wrong in the file, naming line and field.
 */
export async function readSplit(task: Task, split: SplitName, options: ReadOptions): Promise<Split> {
  const location = locate(task, split, options);
  if (!location) throw absent(task, split, options);
  const { path, name, format, synthetic } = location;
  const { read, directory } = formats[format];
  const { examples, notices } = await read({ path, name }, task);
  if (examples.length === 0) {
    throw new UserError('split-empty', `The ${split} split of ${task.id} has no example`, {
      file: path,
      hint: `Write ${formats[format].shape}.`,
    });
  }
  const identity = directory
    ? await identifyDirectory(path, await listDialogues(path))
    : await identifyFile(path);
  return { name: split, examples, files: [{ path: name, ...identity }], notices, synthetic };
}

function absent(task: Task, split: SplitName, { dataDir, source = 'primary' }: ReadOptions): UserError {
  const side = source === 'primary' ? task.corpus : task.corpus.alternative;
  const file = side?.files[split];
  const what = source === 'primary' ? `${split} split` : `${split} split in a second format`;
  if (!side || !file) {
    return new UserError('split-absent', `${task.id} has no ${what}`, {
      hint: `It declares ${Object.keys(side?.files ?? {}).join(', ') || 'none'}.`,
    });
  }
  const path = join(dataDir, task.corpus.folder, file);
  return new UserError('split-absent', `The ${what} of ${task.id} is not there`, {
    file: path,
    hint:
      task.access === 'public'
        ? `Fetch it: \`chineseblue data get ${task.id}\`.`
        : `Put your corpus there: ${formats[side.format].shape}.`,
  });
}
