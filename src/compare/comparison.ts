import type { Text } from '../ground/language.ts';
import type { Coverage } from '../scoring/coverage.ts';
import type { Interval } from '../statistics/interval.ts';
import type { McNemar } from '../statistics/mcnemar.ts';
import type { WinTieLoss } from '../statistics/paired.ts';
import type { SeedSummary } from '../statistics/seeds.ts';

/** How runs are compared. */
export interface CompareOptions {
  /** Id of a convention of the family. Default: the task's primary one. */
  readonly convention?: string;
  /** Default 0.95. Systems differ where the adjusted p is below 1 - level. */
  readonly level?: number;
  readonly resamples?: number;
  readonly seed?: number;
  /** How many of the items that differ most are listed for each pair. Default 10. */
  readonly items?: number;
}

/** One model of a comparison, with all of its seeds. */
export interface ComparedSystem {
  readonly name: string;
  /** Ids, one per seed. */
  readonly runs: readonly string[];
  readonly model: string;
  /** Mean over seeds. */
  readonly score: number;
  /** Over items, for these seeds. */
  readonly interval: Interval;
  /** Where there are several. */
  readonly seeds?: SeedSummary;
  /** Letters: systems that share one do not differ significantly. */
  readonly groups: string;
  readonly rank: readonly [best: number, worst: number];
  /** Of the first run. */
  readonly coverage: Coverage;
  /** Of answering, per 1 000 examples, mean over seeds: of the calls one after the other where a service was called. */
  readonly seconds: number;
  /** The same for the cost; absent if none is known. */
  readonly cost?: { readonly amount: number; readonly currency: string };
}

/** An independent unit on which two systems differ. */
export interface DifferingItem {
  readonly ids: readonly string[];
  /** What the item adds to the difference of the scores: positive where `a` did better. */
  readonly effect: number;
  readonly text: string;
  readonly gold: string;
  readonly a: string;
  readonly b: string;
}

/** How two systems differ. */
export interface ComparedPair {
  readonly a: string;
  readonly b: string;
  /** Score of `a` minus score of `b`. */
  readonly difference: Interval;
  /** Two-sided: see `Comparison.test`. */
  readonly p: number;
  /** Whether every exchange was tried. */
  readonly exact: boolean;
  /** p after Holm's correction over all pairs. */
  readonly adjusted: number;
  /** The better system where the adjusted p decides, else null. */
  readonly better: string | null;
  /** By item, seen from `a`; absent if the score is not a sum over items, as the area under a curve. */
  readonly items?: WinTieLoss;
  /** Smallest true difference that a test on these items would find four times out of five. */
  readonly detectable: number;
  /** On right and wrong examples; where the family has an accuracy and both systems have one run. */
  readonly mcnemar?: McNemar;
  readonly most: readonly DifferingItem[];
}

/** What `chineseblue compare --json` prints. */
export interface Comparison {
  readonly schema: 'chineseblue/comparison@2';
  readonly task: string;
  readonly split: string;
  readonly synthetic: boolean;
  readonly convention: string;
  readonly level: number;
  /** Per interval. For areas under curves, fewer than requested if they take long. */
  readonly resamples: number;
  readonly seed: number;
  /**
   * How p was computed: by a paired permutation test; or, for areas under curves, as the level at which the bootstrap
   * interval of the difference ends at 0.
   */
  readonly test: 'permutation' | 'bootstrap';
  readonly examples: number;
  /** Independent units, which are resampled and exchanged. */
  readonly units: number;
  /** Best first. */
  readonly systems: readonly ComparedSystem[];
  readonly pairs: readonly ComparedPair[];
  /** What limits the comparison. */
  readonly notices: readonly Text[];
}
