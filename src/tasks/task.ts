import type { Text } from '../ground/language.ts';
import type { FamilyId } from './examples.ts';

/** A label of a task: an entity type, a class, a grade, a predicate. */
export interface Label {
  readonly id: string;
  readonly meaning: Text;
}

export const SPLITS = ['train', 'dev', 'test'] as const;
/** The splits of a corpus. */
export type SplitName = (typeof SPLITS)[number];

/** Where the files of a task are, and how they are read. */
export interface CorpusSource {
  /** Directory below the data directory, named as in the official release. */
  readonly folder: string;
  /** One of `src/datasets/formats`, which checks it: a task names how to read it, never does it. */
  readonly format: string;
  /** File of every split (or directory, where a split is one file per example), below `folder`. */
  readonly files: Readonly<Partial<Record<SplitName, string>>>;
  /** The same split in another format, below `folder`: NER corpora come in JSON and BIO. */
  readonly alternative?: {
    readonly format: string;
    readonly files: Readonly<Partial<Record<SplitName, string>>>;
  };
  /**
   * Pairs only: what the pairs that depend on each other share. Default `first-text` (a question with several
   * answers); `linked-texts`: any text on either side, directly or through other pairs (a query in many pairs).
   */
  readonly unit?: 'first-text' | 'linked-texts';
  /** For files with records of several tasks: the name of this one in them. */
  readonly part?: string;
  /** The argument of `data get` that imports it from an archive of the user. */
  readonly archive?: 'cblue' | 'promptcblue';
  readonly licence: string;
  readonly source: string;
}

/** A score that was published for a task. */
export interface PublishedScore {
  readonly model: string;
  /** In percent, except for ratios. */
  readonly value: number;
  /** What the published number is, and why it may not be comparable with ours. */
  readonly note: Text;
  /** The rule and split of ours that compute the same number; absent if none does. */
  readonly rule?: { readonly convention: string; readonly split: SplitName };
}

/** The definition of a task: data, never code. */
export interface Task {
  /** The released name, e.g. `cMedQQ`. */
  readonly id: string;
  /** The name of the early README comes first, e.g. `CMedQQ`. Matched without regard to case. */
  readonly aliases: readonly string[];
  readonly family: FamilyId;
  readonly domain: Text;
  readonly title: Text;
  /** `public`: downloads; `private`: known but never released; `user`: runs on a corpus supplied by the user. */
  readonly access: 'public' | 'private' | 'user';
  /** Its texts are sent to loopback and private addresses only, unless the user allows more. */
  readonly confidential?: boolean;
  readonly corpus: CorpusSource;
  /** Entity types, classes, relevance grades, predicates or statuses. Empty: taken from the training data. */
  readonly labels: readonly Label[];
  /** Similarity only: the label whose F1 is meant by positive-class F1. */
  readonly positive?: string;
  /** NER only: some entities have several parts, and scores that compare the parts are reported too. */
  readonly discontinuous?: boolean;
  /** Ranking only: the lowest grade that counts as relevant where a metric needs a yes or no. */
  readonly relevantFrom?: number;
  /** The evaluation split unless another one is requested. Default `test`; `dev` if gold of test was never released. */
  readonly judged?: 'dev';
  /** Id of the convention of the primary metric. */
  readonly primary: string;
  readonly published: readonly PublishedScore[];
}

/** The split that scores of a task are for, unless another one is requested. */
export const judgedSplit = ({ judged }: Task): SplitName => judged ?? 'test';

/** Whether the texts of a task must stay on local addresses. Those never released must, whatever the task says. */
export const isConfidential = ({ confidential = false, access }: Task): boolean =>
  confidential || access === 'private';
