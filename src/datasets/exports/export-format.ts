import type { Text } from '../../ground/language.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import type { Obstacle } from './obstacles.ts';
import type { SharedFacts, SplitFacts } from './survey.ts';

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

/** The prediction of a model. */
export interface ExportPrediction extends ExportGold {
  /** The name of the model in the tool. */
  readonly model: string;
  /** Score of the chosen class, if the model gave scores. */
  readonly score?: number;
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
  /** Only for formats that hold predictions next to gold; for others, predictions replace gold. */
  readonly predicted?: ExportPrediction;
}

/** The field in which records of a family have their gold: `entities`, `triples`, `labels` or `label`. */
export type GoldField = string;

/** All that is written. */
export interface Written {
  /** With its labels. */
  readonly task: Task;
  readonly goldField: GoldField;
  readonly splits: ReadonlyMap<SplitName, SplitFacts>;
  readonly shared: SharedFacts;
}

/** A split and where it is written. */
export interface ExportSplit extends Written {
  readonly name: SplitName;
  readonly folder: string;
  readonly facts: SplitFacts;
  /** Streams the records. */
  records(): AsyncGenerator<ExportRecord>;
}

/** What a format may be unable to represent. */
export type Lost = 'ids' | 'groups';

/** A format that the data of a task leaves in. What it writes, `data import` reads back to the same examples. */
export interface ExportFormat {
  readonly title: Text;
  readonly families: readonly FamilyId[];
  /** What it cannot represent in such records. */
  loses(facts: SplitFacts): readonly Lost[];
  /** Whether a record without gold differs from one in which nothing is marked. */
  readonly holdsUnlabelled: boolean;
  /** It holds predictions next to gold; otherwise they are written in its place. */
  readonly holdsPredictions?: boolean;
  /** Why it cannot hold a record. */
  obstacle(record: ExportRecord): Obstacle | undefined;
  /** Writes a split. Throws a UserError if it cannot be written. */
  write(split: ExportSplit): Promise<void>;
  /** What the tool needs besides the data: the name of a file, and its content. */
  setup?(written: Written): readonly [name: string, content: string];
}
