import type { Coverage } from '../../scoring/coverage.ts';
import type { Problem } from '../../scoring/problems.ts';
import type { ScoreSheet } from '../../scoring/score-sheet.ts';
import type { Task } from '../../tasks/task.ts';
import type { Challenge } from '../challenge.ts';

/** The part of a challenge that is answered. */
export interface Asked {
  readonly challenge: string;
  readonly split: 'dev' | 'test';
  readonly task: Task;
  /** Compressed JSON. */
  readonly questions: Uint8Array;
}

/** Requests to a scoring process. Only there is gold decrypted. */
export type Request =
  /** Reads the corpus of a challenge and encrypts its gold. */
  | {
      readonly kind: 'prepare';
      readonly challenge: string;
      readonly task: Task;
      readonly dir: string;
      readonly split: 'dev' | 'test';
      /** Directory of the subsets that `data audit --write-clean` wrote. */
      readonly subsets?: string;
    }
  /** Reads a challenge whose gold is remote, as a hospital registers it. */
  | { readonly kind: 'register'; readonly file: string }
  /** Re-encrypts gold with the current key. */
  | {
      readonly kind: 'reencrypt';
      readonly challenge: string;
      readonly split: 'dev' | 'test';
      readonly sealedGold: Uint8Array;
    }
  /** Checks a file of answers, given by its path or its bytes, without gold, as `chineseblue check` does. */
  | {
      readonly kind: 'check';
      readonly asked: Asked;
      readonly file: string | Uint8Array;
      readonly name: string;
    }
  /** Scores answers; `intervals`: whether with intervals, which take most of the time. */
  | ({ readonly kind: 'score'; readonly synthetic: boolean; readonly intervals: boolean } & Judged)
  /** Scores answers for a server that never sees the gold. */
  | ({ readonly kind: 'aggregate'; readonly synthetic: boolean } & Judged & Aggregation)
  /** Compares answers with those of others. */
  | ({
      readonly kind: 'compare';
      readonly primary: string;
      readonly rivals: readonly { readonly id: string; readonly answers: Uint8Array }[];
    } & Judged);

/** Answers and the gold that judges them. */
export interface Judged {
  readonly asked: Asked;
  readonly sealedGold: Uint8Array;
  /** A file as it was received, compressed. */
  readonly answers: Uint8Array;
}

/** Limits on what may leave a hospital. */
export interface Aggregation {
  /** Id of the convention that systems are ranked by. */
  readonly primary: string;
  /** The fewest items behind any figure. */
  readonly leastCell: number;
  /** The secret from which the weights of resamples are drawn. */
  readonly secret: Uint8Array;
}

/** What leaves a hospital about a submission. */
export interface Aggregates {
  readonly sheet: ScoreSheet;
  /** Scores of resamples under the primary convention: see replicates.ts. */
  readonly replicates: readonly number[];
}

/** A checked challenge whose gold is remote. */
export interface Registered {
  readonly declared: Challenge;
  readonly task: Task;
  readonly splits: readonly {
    readonly split: 'dev' | 'test';
    readonly synthetic: boolean;
    readonly questions: Uint8Array;
  }[];
}

/** A corpus as the server stores it. */
export interface Prepared {
  readonly task: Task;
  readonly questions: Uint8Array;
  readonly sealedGold: Uint8Array;
  readonly synthetic: boolean;
}

/** Problems of a file that are reported: a file of 100 MB may have millions. */
export const REPORTED_PROBLEMS = 100;

/** Problems of a file of answers; `fatal`: it cannot be scored. */
export interface Checked {
  readonly coverage: Coverage;
  /** The first `REPORTED_PROBLEMS`. */
  readonly problems: readonly Problem[];
  readonly fatal: boolean;
  /** The file, compressed, and its SHA-256. */
  readonly answers: Uint8Array;
  readonly sha256: string;
}

/** How two systems differ. */
export interface Difference {
  readonly rival: string;
  /** Score minus that of the rival. */
  readonly difference: number;
  /** Of the difference, from the paired bootstrap. */
  readonly standardError: number;
}

/** The reply to a request. */
export type ReplyTo<R extends Request> = Replies[R['kind']];

interface Replies {
  readonly prepare: Prepared;
  readonly register: Registered;
  readonly reencrypt: Uint8Array;
  readonly check: Checked;
  readonly score: ScoreSheet;
  readonly aggregate: Aggregates;
  readonly compare: readonly Difference[];
}
