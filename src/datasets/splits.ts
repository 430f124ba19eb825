import { UserError } from '../ground/errors.ts';
import type { Example } from '../tasks/examples.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import { availableSplits, type CorpusFile, type Notice, readSplit, type Split } from './corpus.ts';
import { splitBySeed } from './schemes/carve.ts';
import { type JudgedSplit, REGROUPED, readRegrouped } from './schemes/regrouped.ts';

/** Share of a split that is held out as dev where the corpus has none to spare. */
const HELD_OUT_SHARE = { fromTrain: 0.1, fromDev: 0.2 } as const;
/** Carving never depends on the seed of a run: all runs of a task learn from the same examples. */
const CARVE_SEED = 20200101;

/** What one evaluation learns from, tunes on and is judged by. No example is in two of them. */
export interface EvaluationSplits {
  readonly train: readonly Example[];
  readonly dev: readonly Example[];
  readonly evaluated: readonly Example[];
  /** How train and dev came about; kept in the record. */
  readonly rule: string;
  readonly files: readonly CorpusFile[];
  readonly notices: readonly Notice[];
  readonly synthetic: boolean;
}

export interface SplitRequest {
  readonly dataDir: string;
  readonly split: JudgedSplit;
  readonly source?: 'primary' | 'alternative';
}

/**
 * Reads the splits of a task. A part that is absent is carved from another one by a seeded rule that
 * keeps groups together: dev from train, and train from dev where train was never released or fetched.
 * Throws a UserError `split-absent` where nothing is left to learn from or to be judged by.
 */
export async function loadSplits(task: Task, request: SplitRequest): Promise<EvaluationSplits> {
  const { dataDir, split, source } = request;
  if (split === REGROUPED) {
    const { test, ...parts } = await readRegrouped(task, { dataDir, source });
    return { ...parts, evaluated: test };
  }
  const present = availableSplits(task, dataDir);
  const read = (name: SplitName) => readSplit(task, name, { dataDir, source });
  const judged = await read(split);
  const spare = present.filter((name) => name !== split && name !== 'test');
  const parts = await Promise.all(spare.map(read));
  const examplesOf = (name: SplitName): readonly Example[] | undefined =>
    parts.find((part) => part.name === name)?.examples;
  const { train, dev, rule } = divide(task, split, examplesOf('train'), examplesOf('dev'));
  const all = [...parts, judged];
  return {
    train,
    dev,
    evaluated: judged.examples,
    rule,
    files: all.flatMap((part) => part.files),
    notices: all.flatMap((part) => part.notices),
    synthetic: all.some((part) => part.synthetic),
  };
}

/** What is judged of a split, whichever it is, without what is learnt from. Throws the UserErrors of `readSplit`. */
export async function readJudged(
  task: Task,
  split: JudgedSplit,
  options: Pick<SplitRequest, 'dataDir' | 'source'>,
): Promise<Omit<Split, 'name'>> {
  if (split !== REGROUPED) return readSplit(task, split, options);
  const { test, files, notices, synthetic } = await readRegrouped(task, options);
  return { examples: test, files, notices, synthetic };
}

function divide(
  task: Task,
  split: SplitName,
  train: readonly Example[] | undefined,
  dev: readonly Example[] | undefined,
): { train: readonly Example[]; dev: readonly Example[]; rule: string } {
  if (train && dev) return { train, dev, rule: 'train and dev as released' };
  const whole = train ?? dev;
  if (!whole || split === 'train') {
    throw new UserError('split-absent', `${task.id} has nothing to learn from here: neither train nor dev`, {
      hint: `\`chineseblue data get ${task.id}\` fetches what was released.`,
    });
  }
  const share = train ? HELD_OUT_SHARE.fromTrain : HELD_OUT_SHARE.fromDev;
  const { kept, held } = splitBySeed(whole, share, CARVE_SEED);
  const from = train ? 'train' : 'dev';
  const why = train ? (split === 'dev' ? 'dev is being judged' : 'dev is absent') : 'train is absent';
  return {
    train: kept,
    dev: held,
    rule: `${why}: ${Math.round(100 - share * 100)} % of ${from} is learnt from and the rest is dev, whole groups, seed ${CARVE_SEED}`,
  };
}
