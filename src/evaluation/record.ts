import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CorpusFile, JudgedSplit } from '../datasets/dataset.ts';
import { type GivenParameters, identityOf } from '../ground/parameters.ts';
import { packageRoot, version } from '../ground/version.ts';
import type { FittedModel, Member, ModelKind } from '../models/contract.ts';
import type { AnswerCounts } from '../scoring/coverage.ts';
import type { FamilyId } from '../tasks/examples.ts';
import type { QuoteCounts } from '../tasks/families/asking.ts';
import type { Answers } from './answering.ts';
import type { Identity, Plan } from './plan.ts';
import type { RepeatScores } from './repeats.ts';
import type { RunUsage } from './usage.ts';

export const RUN_SCHEMA = 'chineseblue/run@2';

/** SHA-256 of the files next to the record. */
export interface RunHashes {
  readonly predictions: string;
  /** Only for kinds whose replies are parsed: those of others are not kept. */
  readonly answers?: string;
  /** Absent until the run is scored: the record is written before and after. */
  readonly scores?: string;
}

/** Everything needed to interpret a score and to reproduce it: `run.json`. */
export interface RunRecord {
  readonly schema: typeof RUN_SCHEMA;
  readonly id: string;
  readonly task: { readonly id: string; readonly family: FamilyId; readonly primary: string };
  readonly split: JudgedSplit;
  /** `primary`, or `alternative` for the BIO files of the NER corpora. */
  readonly source: 'primary' | 'alternative';
  readonly synthetic: boolean;
  readonly examples: {
    readonly train: number;
    readonly dev: number;
    readonly evaluated: number;
    /** How many there are, if only a random sample was evaluated. */
    readonly of?: number;
    /** How many training examples the model used, if it reports that: a budget may exclude some. */
    readonly learnt?: number;
  };
  /** How train and dev were split. */
  readonly splitRule: string;
  readonly corpus: readonly CorpusFile[];
  readonly model: {
    readonly id: string;
    /** The id, with its pretrained weights or its members: `kind:weights`, `kind:kind+kind`. */
    readonly name: string;
    /** Version of the kind, raised when the same parameters may give another result. */
    readonly version: number;
    /** Whether the seed changes anything. */
    readonly seeded: boolean;
    /** Resolved; without secrets and what only affects speed. */
    readonly parameters: GivenParameters;
    /** Names of those that were given and are not the default. */
    readonly chosen: readonly string[];
    /** SHA-256 of the pretrained weights that training started from; empty where there were none. */
    readonly startingPoint: string;
    /** SHA-256 of the module of the kind; empty for a built-in one. */
    readonly moduleHash: string;
    readonly bytes?: number;
  };
  readonly answers: AnswerCounts;
  /** Counts of unreadable and missing answers by code of the reason; absent where there are none. */
  readonly reasons?: Readonly<Record<string, number>>;
  /** Outcomes of quotes, if answers are given as quotes. */
  readonly quotes?: QuoteCounts;
  /** Position bias: mean probability of every place in the list of options; equal where there is none. */
  readonly places?: readonly number[];
  /** Scores of every single repeat, if questions were repeated. */
  readonly repeats?: RepeatScores;
  /** Usage of the answers, if they are paid. */
  readonly usage?: RunUsage;
  readonly seed: number;
  readonly times: {
    readonly startedAt: string;
    readonly fitSeconds: number;
    readonly predictSeconds: number;
  };
  readonly environment: Environment;
  readonly files: RunHashes;
}

export interface Environment {
  readonly chineseblue: string;
  readonly node: string;
  /** Commit of the toolkit's own checkout; null if it was installed as a package. */
  readonly git: { readonly commit: string; readonly dirty: boolean } | null;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
}

/** The result of one attempt. */
export interface Attempt {
  readonly id: string;
  readonly fitted: FittedModel;
  readonly answers: Pick<Answers, 'counts' | 'reasons' | 'quotes' | 'places' | 'usage'>;
  readonly repeats: RepeatScores | undefined;
  readonly times: { readonly started: Date; readonly fitted: Date; readonly answered: Date };
  readonly files: RunHashes;
}

/** The record of a run. */
export function describeRun(
  { task, split, source, seed, parameters: given }: Plan,
  { kind, modelHash, parameters, startingPoint, members, splits }: Identity,
  { id, fitted, answers: { counts, reasons, quotes, places, usage }, repeats, times, files }: Attempt,
): RunRecord {
  const kept = identityOf(kind.parameters, parameters);
  const seconds = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 1000;
  return {
    schema: RUN_SCHEMA,
    id,
    task: { id: task.id, family: task.family, primary: task.primary },
    split,
    source,
    synthetic: splits.synthetic,
    examples: {
      train: splits.train.length,
      dev: splits.dev.length,
      evaluated: counts.asked,
      ...(counts.asked < splits.evaluated.questions.length && { of: splits.evaluated.questions.length }),
      learnt: fitted.learntFrom,
    },
    splitRule: splits.rule.en,
    corpus: splits.files,
    model: {
      id: kind.id,
      name: nameOf(kind, kept, members) + partOf(counts, splits),
      version: kind.version,
      seeded: kind.seeded,
      parameters: kept,
      chosen: Object.keys(kept).filter(
        (name) => Object.hasOwn(given, name) && kept[name] !== kind.parameters[name].default,
      ),
      startingPoint,
      moduleHash: modelHash,
      bytes: fitted.bytes,
    },
    answers: counts,
    ...(reasons && { reasons }),
    ...(quotes && { quotes }),
    ...(places && { places }),
    ...(repeats && { repeats }),
    ...(usage && { usage }),
    seed,
    times: {
      startedAt: times.started.toISOString(),
      fitSeconds: seconds(times.started, times.fitted),
      predictSeconds: seconds(times.fitted, times.answered),
    },
    environment: describeEnvironment(),
    files,
  };
}

/** Suffix for the name of a model evaluated on a sample only: `(50/1600)`. */
const partOf = ({ asked }: AnswerCounts, { evaluated: { questions } }: Identity['splits']): string =>
  asked < questions.length ? ` (${asked}/${questions.length})` : '';

function nameOf(
  { id, mainParameter, variant }: ModelKind,
  parameters: GivenParameters,
  members?: readonly Member[],
): string {
  if (members) return `${id}:${members.map(({ kind }) => kind.id).join('+')}`;
  const from = mainParameter === undefined ? undefined : parameters[mainParameter];
  const name = from === undefined || from === '' ? id : `${id}:${basename(String(from))}`;
  return [name, variant(parameters)].filter((part) => part !== '').join(' ');
}

/** The environment of this process. */
function describeEnvironment(): Environment {
  return {
    chineseblue: version(),
    node: process.version,
    git: describeCheckout(),
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}

function describeCheckout(): Environment['git'] {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', fileURLToPath(packageRoot), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  try {
    const isOurs = git('ls-files', '--error-unmatch', 'package.json').trim() === 'package.json';
    return isOurs
      ? { commit: git('rev-parse', 'HEAD').trim(), dirty: git('status', '--porcelain').trim() !== '' }
      : null;
  } catch {
    return null;
  }
}
