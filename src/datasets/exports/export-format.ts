import type { Text } from '../../ground/language.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import type { Obstacle } from './obstacles.ts';

/** A relation between two spans of a record, by their places in its list. */
export interface ExportRelation {
  readonly type: string;
  readonly from: number;
  readonly to: number;
}

/** Gold as annotation tools have it: classes, or spans in UTF-16 code units and relations between them. */
export interface ExportGold {
  readonly labels: readonly string[];
  readonly spans: readonly Entity[];
  readonly relations: readonly ExportRelation[];
}

/** One example on its way to a file. */
export interface ExportRecord {
  readonly id: string;
  /** The unit that the corpus names. */
  readonly group?: string;
  /** One text, or the two of a pair. */
  readonly texts: readonly string[];
  /** Absent in splits without gold. */
  readonly gold?: ExportGold;
}

/** The field in which records of a family have their gold: `entities`, `triples`, `labels` or `label`. */
export type GoldField = string;

/** A split and where it is written. */
export interface ExportSplit {
  readonly name: SplitName;
  readonly goldField: GoldField;
  readonly folder: string;
  readonly records: readonly ExportRecord[];
}

/** What a format may have no place for. */
export type Lost = 'ids' | 'groups';

/** A format that the data of a task leaves in. What it writes, `data import` reads back to the same examples. */
export interface ExportFormat {
  readonly title: Text;
  readonly families: readonly FamilyId[];
  /** What it has no place for in these records. */
  loses(records: readonly ExportRecord[]): readonly Lost[];
  /** Whether a record without gold differs from one in which nothing is marked. */
  readonly holdsUnlabelled: boolean;
  /** Why it cannot hold a record. */
  obstacle(record: ExportRecord): Obstacle | undefined;
  /** Writes a split. Throws a UserError where it cannot be written. */
  write(split: ExportSplit): Promise<void>;
  /** What the tool needs beside the data: the name of a file, and its content. */
  setup?(goldField: GoldField, labels: Task['labels']): readonly [name: string, content: string];
}
