import * as z from 'zod';
import type { SentenceReason } from './cleaning.ts';

/** Name of the manifest in a corpus directory. */
export const MANIFEST = 'manifest.json';
export const FORMAT = 'chineseblue-corpus@1';

export interface Shard {
  readonly file: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly documents: number;
  readonly sentences: number;
  /** UTF-16 code units of the sentences. */
  readonly characters: number;
}

export interface SourceRecord {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly documents: number;
}

/** A sentence that was refused because it is evaluation text. */
export interface Leak {
  readonly task: string;
  readonly split: string;
  readonly id: string;
  readonly sentence: string;
  readonly source: string;
  readonly line?: number;
}

export interface DocumentCounts {
  read: number;
  empty: number;
  exactDuplicates: number;
  nearDuplicates: number;
  kept: number;
}

export interface SentenceCounts {
  read: number;
  kept: number;
  readonly removed: Record<SentenceReason, number>;
}

/** Counts of what was read, removed (and why), and kept. */
export interface Manifest {
  readonly format: typeof FORMAT;
  readonly sources: readonly SourceRecord[];
  readonly settings: Readonly<Record<string, number | string>>;
  readonly documents: Readonly<DocumentCounts>;
  readonly sentences: Readonly<SentenceCounts>;
  readonly evaluation: {
    readonly tasks: readonly string[];
    readonly texts: number;
    /** Refused sentences by task and split. */
    readonly refused: Readonly<Record<string, number>>;
    /** Evaluation texts that no single sentence contained but the kept text as a whole did; kept out as well. */
    readonly contained: number;
    readonly shown: readonly Leak[];
  };
  readonly characters: number;
  readonly shards: readonly Shard[];
}

export const shardSchema = z.object({
  file: z.string().regex(/^[\w.-]+$/),
  bytes: z.number(),
  sha256: z.string(),
  documents: z.number(),
  sentences: z.number(),
  characters: z.number(),
});

/** What readers of a corpus rely on. */
export const manifestSchema = z.object({
  format: z.literal(FORMAT),
  shards: z.array(shardSchema),
});
