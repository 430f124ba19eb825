import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openJudged, type Split } from '../datasets/dataset.ts';
import { UserError } from '../ground/errors.ts';
import { nearest } from '../ground/nearest.ts';
import { readPredictions } from '../scoring/predictions.ts';
import { refuseUnfit } from '../scoring/problems.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import { findTask } from '../tasks/registry.ts';
import type { Task } from '../tasks/task.ts';
import { RUN_FILES, readRun, type StoredRun } from './store.ts';

/** A kept run together with the examples that it answered. */
export interface OpenedRun extends StoredRun {
  readonly task: Task;
  readonly examples: readonly Example[];
  /** Aligned with the examples; undefined counts as the family's worst answer. */
  readonly predictions: readonly (Prediction | undefined)[];
}

export interface OpenOptions {
  /** Where runs are kept, for those that are named by id. */
  readonly runsDir: string;
  readonly dataDir: string;
  /** Tasks to look the recorded names up in. Default: the built-in ones. */
  readonly among?: readonly Task[];
}

/**
 * Opens runs by directory, id, or the beginning of an id that fits one run only.
 * A split that several runs answered is read once. Throws a UserError for an unknown or ambiguous name, a damaged
 * run, an absent split, and `other-corpus` where the corpus at hand is not the one that the run answered.
 */
export async function openRuns(names: readonly string[], options: OpenOptions): Promise<OpenedRun[]> {
  const opened = new Map<string, ReturnType<typeof openJudged>>();
  return Promise.all(
    names.map(async (name): Promise<OpenedRun> => {
      const run = await readRun(findRun(name, options.runsDir));
      const { record } = run;
      const task = findTask(record.task.id, options.among);
      const { split: judged, source } = record;
      const key = JSON.stringify([task.id, judged, source]);
      const opening = opened.get(key) ?? openJudged({ task, dir: options.dataDir, split: judged, source });
      opened.set(key, opening);
      const { dataset, part } = await opening;
      const split = await dataset.split(part);
      refuseOtherCorpus(run, split, options.dataDir);
      const file = join(run.directory, RUN_FILES.predictions);
      const answers = await readPredictions(file, dataset.task, split.questions);
      refuseUnfit(file, answers);
      const { examples } = split;
      return { ...run, task: dataset.task, examples, predictions: answers.predictions };
    }),
  );
}

function findRun(name: string, runsDir: string): string {
  for (const directory of [name, join(runsDir, name)]) {
    if (existsSync(join(directory, RUN_FILES.record))) return directory;
  }
  const kept = existsSync(runsDir) ? readdirSync(runsDir) : [];
  const fitting = kept.filter((id) => id.startsWith(name));
  if (fitting.length === 1) return join(runsDir, fitting[0]);
  if (fitting.length > 1) {
    throw new UserError('ambiguous-run', `"${name}" begins the names of ${fitting.length} runs`, {
      hint: `Say more of one: ${fitting.slice(0, 5).join(', ')}${fitting.length > 5 ? ', …' : ''}.`,
    });
  }
  throw new UserError('unknown-run', `There is no run "${name}" here or in ${runsDir}`, {
    hint:
      kept.length > 0
        ? `Did you mean ${nearest(name, kept)}? \`chineseblue runs\` lists them all.`
        : '`chineseblue run` makes one; --runs-dir says where they are.',
  });
}

function refuseOtherCorpus({ record, directory }: StoredRun, split: Split, dataDir: string): void {
  const answered = new Map(record.corpus.map(({ path, sha256 }) => [path, sha256]));
  for (const { path, sha256 } of split.files) {
    if (answered.get(path) === sha256) continue;
    throw new UserError('other-corpus', `This run did not answer the ${path} that is in ${dataDir}`, {
      file: join(directory, RUN_FILES.record),
      field: 'corpus',
      hint: answered.has(path)
        ? 'The file has changed since: issue the run again, or point --data-dir at the corpus it was made with.'
        : `It answered ${[...answered.keys()].join(', ')}: point --data-dir at the corpus it was made with.`,
    });
  }
}
