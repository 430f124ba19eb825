import { listed, type Text } from '../ground/language.ts';
import { familyOf, withObservedLabels } from '../tasks/families/registry.ts';
import { SPLITS, type SplitName, type Task } from '../tasks/task.ts';
import {
  absent,
  filesAtHand,
  howToGet,
  locate,
  type Place,
  requireFittingFormat,
  type Source,
} from './location.ts';
import { bytesAtHand, MOST_HELD } from './passes.ts';
import { emptySplit, readItems, readLocation } from './read.ts';
import { DEFAULT_SCHEME, type JudgedSplit, type SchemeId, schemeOf, schemes } from './schemes/registry.ts';
import type { Division, SplitFiles } from './schemes/scheme.ts';
import { hasGold, type Item, type Split } from './split.ts';

export type { Notice } from './formats/format.ts';
export type { Source } from './location.ts';
export type { JudgedSplit, SchemeId } from './schemes/registry.ts';
export type { Division } from './schemes/scheme.ts';
export type { CorpusFile, Item, Question, Split } from './split.ts';

/** Which data is opened, and how it is split. */
export interface DatasetRequest {
  readonly task: Task;
  /** The data directory; the task's folder is below it. */
  readonly dir: string;
  /** How the corpus is divided into splits. Default `carved`: as released, with a missing train or dev carved. */
  readonly scheme?: SchemeId;
  /** `alternative`: the second format of the same splits, where a task has one. Default `primary`. */
  readonly source?: Source;
}

/** Something about the data that a reader of a score should know. */
export interface DatasetNote {
  readonly code: 'synthetic' | 'split-absent' | 'split-carved';
  /** Does not name the task. */
  readonly message: Text;
}

/** A task's data: everything that reads a corpus goes through it. */
export interface Dataset {
  /** With its labels: those it declares, else those in the gold of all available splits, sorted. */
  readonly task: Task;
  /** The task declares no labels: they are those of the data. */
  readonly labelsObserved: boolean;
  readonly dir: string;
  readonly scheme: SchemeId;
  readonly source: Source;
  /** The splits that are there, in the order train, dev, test. */
  readonly splits: readonly SplitName[];
  /** What a reader of a score should know: that the data is synthetic, which splits are absent or carved. */
  readonly notes: readonly DatasetNote[];
  /**
   * Reads a split on first use, and keeps it. Throws a UserError: `split-absent` with the command or the
   * place that would supply it, `split-empty`, `mixed-gold`, or whatever is wrong in a file, naming line and field.
   */
  split(name: SplitName): Promise<Split>;
  /**
   * The items of a split one after another, in constant memory where the scheme takes splits as released; a scheme that
   * splits again must read everything first. Units are a property of whole splits: items have none. Throws as `split`.
   */
  stream(name: SplitName): AsyncGenerator<Item>;
  /**
   * The training, tuning and evaluation examples. Throws as `split`, and `no-gold` if the gold for training
   * is absent; that of the evaluation split is needed only when its `examples` are read.
   */
  division(judged: SplitName): Promise<Division>;
}

/**
 * Opens the data of a task in a directory. Splits are read on demand; only the labels of a task that
 * declares none are read at once. A dataset without any split opens too: `splits` is empty.
 * Throws a UserError: `unknown-format`, `format-mismatch` if the declared format cannot hold the family's records, and
 * those of reading.
 *
 * @example
 * ```ts
 * import { findTask, openDataset, samplesDir } from 'chineseblue';
 *
 * const data = await openDataset({ task: findTask('cMedQQ'), dir: samplesDir() });
 * data.splits; // ['train', 'dev', 'test']
 * const { train, dev, evaluated } = await data.division('test');
 * [train.length, dev.length, evaluated.questions.length]; // [160, 48, 60]
 * for await (const { id, input, gold } of data.stream('test')) console.log(id, input, gold);
 * ```
 */
export async function openDataset(request: DatasetRequest): Promise<Dataset> {
  const { task: declared, dir, scheme = DEFAULT_SCHEME, source = 'primary' } = request;
  requireFittingFormat(declared);
  const place: Place = { task: declared, dir, source };
  const read = createReader(place);
  const task = await completeLabels(place, read);
  const files: SplitFiles = { task, splits: filesAtHand(place), read };
  const opened = schemes[scheme].open(files);
  return {
    task,
    labelsObserved: declared.labels.length === 0,
    dir,
    scheme,
    source,
    splits: opened.splits,
    notes: [...notesOf(place, files.splits), ...carvingNote(opened.carving)],
    split: opened.read,
    stream: (name) =>
      schemes[scheme].asReleased ? streamFile(place, task, name) : streamSplit(opened.read(name)),
    division: opened.divide,
  };
}

/** Opens a task's data under the scheme of an evaluation split, and returns which part of it that is. */
export async function openJudged(
  request: Omit<DatasetRequest, 'scheme'> & { readonly split: JudgedSplit },
): Promise<{ readonly dataset: Dataset; readonly part: SplitName }> {
  const { split, ...rest } = request;
  const { scheme, part } = schemeOf(split);
  return { dataset: await openDataset({ ...rest, scheme }), part };
}

/** The splits of a task that are there, without reading any, in the order train, dev, test. */
export const availableSplits = ({
  task,
  dir,
  source = 'primary',
  scheme = DEFAULT_SCHEME,
}: DatasetRequest) => {
  const splits = filesAtHand({ task, dir, source });
  return schemes[scheme].asReleased || splits.length === 0 ? splits : [...SPLITS];
};

type ReadSplit = (name: SplitName) => Promise<Split>;

/** Reads every split once; one that could not be read is tried again. */
function createReader(place: Place): ReadSplit {
  const kept = new Map<SplitName, Promise<Split>>();
  return async (name) => {
    const known = kept.get(name);
    if (known) return known;
    const location = locate(place, name);
    if (!location) throw absent(place, name);
    const reading = readLocation(place.task, name, location);
    kept.set(name, reading);
    reading.catch(() => kept.delete(name));
    return reading;
  };
}

/**
 * The task with its labels. Where it declares none they are those in the gold of all its available splits: the metrics
 * need the list, and an answer outside it is invalid. Both formats of a corpus have the labels of the primary one.
 */
async function completeLabels(place: Place, read: ReadSplit): Promise<Task> {
  const { task } = place;
  if (task.labels.length > 0) return task;
  const primary: Place = { ...place, source: 'primary' };
  const readPrimary = place.source === 'primary' ? read : createReader(primary);
  const isHeld = (await bytesAtHand(primary)) <= MOST_HELD;
  const { labels } = familyOf(task);
  const found = new Set<string>();
  for (const name of filesAtHand(primary)) {
    const location = isHeld ? undefined : locate(primary, name);
    for await (const items of location ? readItems(location, task) : heldExamples(await readPrimary(name)))
      for (const item of items) if (hasGold(item)) for (const label of labels(item)) found.add(label);
  }
  return withObservedLabels(task, found);
}

async function* heldExamples(split: Split): AsyncGenerator<readonly Item[]> {
  if (split.hasGold) yield split.examples;
}

async function* streamFile(place: Place, task: Task, name: SplitName): AsyncGenerator<Item> {
  const location = locate(place, name);
  if (!location) throw absent(place, name);
  let count = 0;
  for await (const items of readItems(location, task)) {
    count += items.length;
    yield* items;
  }
  if (count === 0) throw emptySplit(task, name, location);
}

async function* streamSplit(reading: Promise<Split>): AsyncGenerator<Item> {
  const split = await reading;
  yield* split.examples;
}

function notesOf(place: Place, present: readonly SplitName[]): DatasetNote[] {
  const { task, source } = place;
  const notes: DatasetNote[] = [];
  if (present.some((name) => locate(place, name)?.synthetic)) {
    const message = {
      en: 'The available splits are synthetic samples: scores on them mean nothing.',
      zh: '现有划分是合成样例，其得分没有意义。',
    };
    notes.push({ code: 'synthetic', message });
  }
  const side = source === 'primary' ? task.corpus : task.corpus.alternative;
  const absent = SPLITS.filter((name) => !present.includes(name) && side?.files[name] !== undefined);
  if (absent.length > 0) {
    const [names, how] = [listed(absent), howToGet(place)];
    const paths = listed(absent.map((name) => `${task.corpus.folder}/${side?.files[name]}`));
    const which = names.en.replace(/, (?=\w+$)/, ' and ');
    const are = absent.length === 1 ? `split (${paths.en}) is` : `splits (${paths.en}) are`;
    const message = {
      en: `The ${which} ${are} absent. ${how.en}`,
      zh: `缺少 ${names.zh} 划分（${paths.zh}）。${how.zh}`,
    };
    notes.push({ code: 'split-absent', message });
  }
  return notes;
}

const carvingNote = (rule: Text | undefined): DatasetNote[] =>
  rule ? [{ code: 'split-carved', message: { en: `${rule.en}.`, zh: `${rule.zh}。` } }] : [];
