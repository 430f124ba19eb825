import type { Text } from '../../ground/language.ts';
import type { OffsetRule } from './offsets.ts';
import type { Head, RawRecord, ReadContext } from './raw.ts';

/** A format of users' data: detected by content, read in constant memory. */
export interface ImportFormat {
  readonly title: Text;
  /** Whether the beginning of a file is of this format. */
  fits(head: Head): boolean;
  /** How offsets are counted where the data does not say. */
  readonly offsets: OffsetRule;
  /** Gives its records one by one, or some at a time. Throws a UserError that names file, line and field. */
  read(head: Head, context: ReadContext): AsyncIterable<RawRecord | readonly RawRecord[]>;
}
