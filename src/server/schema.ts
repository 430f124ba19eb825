import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { ScoreSheet } from '../scoring/score-sheet.ts';
import type { Task } from '../tasks/task.ts';
import type { Challenge, PhaseName } from './challenge.ts';

type Bytes = ColumnType<Uint8Array, Uint8Array, Uint8Array>;
type Instant = ColumnType<Date, Date | string, Date | string>;

/** The tables of an evaluation server. Gold alone is encrypted (`sealed_gold`);
 * results of single items are never stored: a comparison of two systems computes them anew from gold and answers. */
export interface Schema {
  challenge: {
    id: string;
    state: 'open' | 'closed';
    declared: JSONColumnType<Challenge>;
    /** With its labels. */
    task: JSONColumnType<Task>;
    created: Instant;
  };
  /** What is asked in a split, and its gold. */
  split: {
    challenge: string;
    name: 'dev' | 'test';
    synthetic: boolean;
    /** Questions as JSON, compressed. */
    questions: Bytes;
    sealed_gold: Bytes;
  };
  team: {
    id: string;
    kind: 'team' | 'baseline';
    contact: string;
    created: Instant;
  };
  invitation: { challenge: string; team: string };
  token: {
    /** SHA-256 of the token. */
    hash: string;
    /** `admin`: everything; `host`: one challenge; `team`: a team's own submissions. */
    role: 'admin' | 'host' | 'team';
    /** The id of the challenge or the team; empty for an admin. */
    subject: string;
    created: Instant;
    expires: Instant | null;
  };
  submission: {
    id: string;
    challenge: string;
    phase: PhaseName;
    team: string;
    system: string;
    /** What the team says of how the system was made. */
    card: JSONColumnType<ModelCard>;
    received: Instant;
    state: 'queued' | 'scored' | 'rejected' | 'failed';
    /** SHA-256 of the file. */
    sha256: string;
    /** The file, compressed; dropped when it was rejected. */
    answers: Bytes | null;
    /** Of a file that was rejected: what is wrong with it. */
    problems: JSONColumnType<readonly unknown[]> | null;
    sheet: JSONColumnType<ScoreSheet> | null;
    /** The score as computed. */
    value: number | null;
    low: number | null;
    high: number | null;
    /** What is released to the team in a blind phase. */
    released: number | null;
    improved: boolean | null;
    attempts: Generated<number>;
    ended: Instant | null;
  };
  /** How two submissions differ: score of `a` minus score of `b`, and its standard error from the paired bootstrap. */
  pair: { a: string; b: string; difference: number; standard_error: number };
  /** Submissions whose score somebody else obtained too. */
  reproduction: { submission: string; by_whom: string; note: string; at: Instant };
  audit: {
    seq: number;
    at: string;
    actor: string;
    action: string;
    subject: string;
    detail: string;
    previous: string;
    sha256: string;
  };
}

/** What a team says of a system. */
export interface ModelCard {
  /** What the board is filtered by. */
  readonly kind?: 'encoder' | 'llm' | 'other';
  /** Of 1 000 answers. */
  readonly cost?: { readonly amount: number; readonly currency: string };
  readonly seeds?: string;
  readonly trainingData?: string;
  readonly trainedOnDev?: boolean;
  readonly pretrainedWeights?: string;
  readonly parameters?: string;
  readonly contact?: string;
  readonly link?: string;
}
