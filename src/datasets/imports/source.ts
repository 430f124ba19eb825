import type { SplitName } from '../../tasks/task.ts';
import type { OffsetRule } from './offsets.ts';
import type { RawRecord, ReadContext } from './raw.ts';

/** A source whose format is known. */
export interface OpenedSource {
  readonly format: string;
  /** Known at the end of `read`: files of a folder may differ. */
  encoding(): string;
  /** How offsets are counted where the data does not say. */
  readonly offsets: OffsetRule;
  /** Streams its records, one by one or some at a time, once. Throws a UserError that names file, line and field. */
  read(): AsyncIterable<RawRecord | readonly RawRecord[]>;
}

/** A file, a sheet of a workbook, or a folder of one document per file. */
export interface Source {
  /** The file or folder itself. */
  readonly path: string;
  /** What reports and errors call it: its path, for a sheet with its name. */
  readonly name: string;
  /** The split according to its name. */
  readonly split?: SplitName;
  /** The annotator, if its name says so. */
  readonly annotator?: string;
  /** Gives `use` the source, ready to be read; copies that were needed are removed afterwards. Throws a UserError. */
  open<T>(context: ReadContext, use: (opened: OpenedSource) => Promise<T>): Promise<T>;
}
