import type { Text } from '../../ground/language.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';

/** A peculiarity of the source files that could be read, but that a reader of a score should know. */
export interface Notice {
  /** E.g. `mention-overlaps`; counted in `data stats`. */
  readonly code: string;
  readonly message: Text;
  /** Number of cases. Default 1. */
  readonly count?: number;
  /** Relative to the data directory, forward slashes. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  readonly id?: string;
}

/** A notice about one record; its line is that of the record unless it says otherwise. */
export type RecordNotice = Pick<Notice, 'code' | 'message' | 'line'>;

/** The location of a field of a plain record in its file. */
export interface Origin {
  readonly field: string;
  readonly line?: number;
}

/** One record of a file in the shape of its family, and where it came from. */
export interface SourceRecord {
  readonly value: PlainRecord;
  /** 1-based line on which it begins. */
  readonly line?: number;
  /** The file itself, where a split is a directory. */
  readonly file?: string;
  /** Number of the document that it is part of, where the file marks documents. */
  readonly document?: number;
  readonly notices?: readonly RecordNotice[];
  /** For errors: the place of a field in the file. Absent: under its own name. */
  readonly origin?: (field: string) => Origin;
}

export interface FormatContext {
  /** Labels that the task declares; empty if it declares none. */
  readonly labels: ReadonlySet<string>;
  /** Of a file with records of several tasks, those to read. Absent: all. */
  readonly part?: string;
  /** Takes a notice about the file as a whole. */
  readonly notice: (notice: Pick<Notice, 'code' | 'message' | 'count'>) => void;
}

/**
 * Reads the records of one split in file order, in batches and constant memory. Throws a UserError at the first line
 * that breaks the format.
 */
export type FormatReader = (path: string, context: FormatContext) => AsyncIterable<readonly SourceRecord[]>;

export interface Format {
  readonly read: FormatReader;
  /** The families whose records it can hold. */
  readonly families: readonly FamilyId[];
  /** A split is a directory: the names of the files that are read, below it. Absent: a split is one file. */
  readonly list?: (directory: string) => Promise<string[]>;
  /** An example record, for users who bring a corpus. */
  readonly shape: Text;
}
