import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { CorpusFile, JudgedSplit } from '../datasets/dataset.ts';
import { packageRoot, version } from '../ground/version.ts';
import type { Parameters } from '../models/contract.ts';
import type { FamilyId } from '../tasks/examples.ts';

/** Everything that is needed to know what a score means and to get it again: `run.json`. */
export interface RunRecord {
  readonly schema: 'chineseblue/run@1';
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
    /** How many of train the model learnt from, where it says so: a budget may leave some out. */
    readonly learnt?: number;
  };
  /** How train and dev came about. */
  readonly splitRule: string;
  readonly corpus: readonly CorpusFile[];
  readonly model: {
    readonly id: string;
    readonly parameters: Parameters;
    /** SHA-256 of the pretrained weights that it began with; empty where it began with none. */
    readonly startingPoint: string;
    readonly bytes?: number;
  };
  readonly seed: number;
  readonly times: {
    readonly startedAt: string;
    readonly fitSeconds: number;
    readonly predictSeconds: number;
  };
  readonly environment: Environment;
}

export interface Environment {
  readonly chineseblue: string;
  readonly node: string;
  /** Of the toolkit's own checkout; null where it was installed as a package. */
  readonly git: { readonly commit: string; readonly dirty: boolean } | null;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
}

/** The environment of this process. */
export function describeEnvironment(): Environment {
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
