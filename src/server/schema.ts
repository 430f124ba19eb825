import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { ScoreSheet } from '../scoring/score-sheet.ts';
import type { Task } from '../tasks/task.ts';
import type { Challenge, PhaseName } from './challenge.ts';

type Bytes = ColumnType<Uint8Array, Uint8Array, Uint8Array>;
type Instant = ColumnType<Date, Date | string, Date | string>;

/** The tables of an evaluation server. Gold alone is encrypted (`sealed_gold`);
 * results of single items are never stored: a comparison of two systems recomputes them from gold and answers. */
export interface Schema {
  challenge: {
    id: string;
    state: 'open' | 'closed';
    declared: JSONColumnType<Challenge>;
    /** With its labels. */
    task: JSONColumnType<Task>;
    created: Instant;
  };
  /** The questions of a split, and its gold. */
  split: {
    challenge: string;
    name: 'dev' | 'test';
    synthetic: boolean;
    /** Questions as compressed JSON. */
    questions: Bytes;
    /** Null where the gold of the challenge is remote. */
    sealed_gold: ColumnType<Uint8Array | null, Uint8Array | null, Uint8Array | null>;
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
    role: TokenRole;
    /** The id of the challenge or the team; empty for an admin. */
    subject: string;
    /** It may read what its role may read, and change nothing. */
    read_only: Generated<boolean>;
    /** Its purpose, in the words of the issuer. */
    note: Generated<string>;
    created: Instant;
    expires: Instant | null;
  };
  /** Sessions of the pages: begun with a token, or by a subject of an OpenID provider. */
  session: {
    /** SHA-256 of what the cookie holds. */
    hash: string;
    /** Hash of the token used to sign in. */
    token: string | null;
    issuer: string | null;
    subject: string | null;
    /** The subject's name at the provider. */
    name: string;
    created: Instant;
    expires: Instant;
  };
  /** The team that a subject of an OpenID provider acts for. */
  membership: { issuer: string; subject: string; team: string; joined: Instant };
  /** Codes by which a signed-in subject joins a team, once each. */
  invite: {
    /** SHA-256 of the code. */
    hash: string;
    team: string;
    created: Instant;
    expires: Instant;
  };
  submission: {
    id: string;
    challenge: string;
    phase: PhaseName;
    team: string;
    system: string;
    /** The team's description of the system. */
    card: JSONColumnType<ModelCard>;
    received: Instant;
    state: 'queued' | 'scored' | 'rejected' | 'failed';
    /** SHA-256 of the file. */
    sha256: string;
    /** The file, compressed; dropped when it was rejected. */
    answers: Bytes | null;
    /** The problems of a rejected file. */
    problems: JSONColumnType<readonly unknown[]> | null;
    sheet: JSONColumnType<ScoreSheet> | null;
    /** Whether the sheet has no intervals yet: nobody may see it, and it is on no board. */
    brief: Generated<boolean>;
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
  /** Scores of resamples of a submission whose gold is remote, as float64; the same resamples for all submissions. */
  replicate: { submission: string; scores: Bytes };
  /** How two submissions differ: score of `a` minus score of `b`, and its standard error from the paired bootstrap. */
  pair: { a: string; b: string; difference: number; standard_error: number };
  /** Submissions whose score others have reproduced. */
  reproduction: { submission: string; by_whom: string; note: string; at: Instant };
  /** The counting submission of each team in a phase, and how many were scored. Maintained by triggers of the database. */
  standing: {
    challenge: string;
    phase: PhaseName;
    team: string;
    /** Null where none counts. */
    submission: string | null;
    /** When the one that counts was scored. */
    ended: Instant | null;
    submissions: number;
  };
  /** How often the board of a phase has changed. Maintained by triggers of the database. */
  board: { challenge: string; phase: PhaseName; version: number };
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

/**
 * `admin`: everything; `host`: one challenge; `worker`: the jobs of one challenge whose gold is remote; `team`: a team's own
 * submissions.
 */
export const TOKEN_ROLES = ['admin', 'host', 'worker', 'team'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

/** A team's description of a system. */
export interface ModelCard {
  /** Used as a filter of the board. */
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
