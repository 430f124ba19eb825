import type { Text } from '../../ground/language.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import type { ClassNames } from './class-names.ts';

export type Attributes = Readonly<Record<string, string | true>>;

/** A span as a source gives it: in its own units, which `offsets.ts` finds out. */
export interface RawSpan {
  readonly start: number;
  readonly end: number;
  readonly type: string;
  /** The mention text given by the source. */
  readonly mention?: string;
  /** The id by which relations refer to it. */
  readonly key?: string;
  /** The parts of a discontinuous span, in the units of the source. */
  readonly fragments?: readonly (readonly [number, number])[];
  /** Further attributes in the source: named values, or flags. */
  readonly attributes?: Attributes;
  /** Its place in the record, for lists of misfits. */
  readonly field: string;
}

/** A relation between two spans of the same record. */
export interface RawRelation {
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly field: string;
}

/** Where a record was read. */
export interface RawPlace {
  /** As the user named it. */
  readonly file: string;
  /** 1-based. */
  readonly line?: number;
}

/** One record of a source before its family, its offsets and its split are known. */
export interface RawRecord {
  readonly place: RawPlace;
  readonly id?: string;
  /** One text, or the two of a pair. */
  readonly texts: readonly string[];
  /** Absent: the source says nothing about classes. */
  readonly labels?: readonly string[];
  /** Absent: the source says nothing about entities. */
  readonly spans?: readonly RawSpan[];
  readonly relations?: readonly RawRelation[];
  /** Key of records that must stay in one split. */
  readonly group?: string;
  /** Who read it so. Several records of one document, by different annotators, become one. */
  readonly annotator?: string;
  /** The document id in the source; absent: records with the same text are one. */
  readonly document?: string;
}

/** Something in the sources that was left out, or that can be read in two ways. */
export interface Misfit extends RawPlace {
  readonly code: MisfitCode;
  readonly id?: string;
  readonly field?: string;
  /** Its reading, and the alternative one. */
  readonly readings?: readonly string[];
}

/** Every kind of misfit: what it is, and what was done with it. */
export const MISFITS = {
  'no-text': { en: 'records without text: left out', zh: '无文本的记录，已略去' },
  'no-gold': { en: 'unannotated records among annotated ones: left out', zh: '未标注的记录，已略去' },
  'several-labels': {
    en: 'records with several labels where one is needed: left out',
    zh: '需要单个标签却有多个标签的记录，已略去',
  },
  'other-gold': {
    en: 'records with annotations of another family: that part is left out (--family takes it instead)',
    zh: '含其他任务族标注的记录，该部分已略去（可用 --family 改为导入该部分）',
  },
  'annotators-differ': {
    en: 'records on which annotators disagree (--adjudicate decides which reading is used)',
    zh: '多名标注者结果不一致的记录（由 --adjudicate 决定取舍）',
  },
  'annotator-twice': {
    en: 'further annotations of a record by the same annotator: left out',
    zh: '同一标注者对同一记录的重复标注，已略去',
  },
  'not-adjudicated': {
    en: 'records without a reading by the annotator of --adjudicate: the first reading is used',
    zh: '--adjudicate 指定的标注者未标注的记录，采用第一份',
  },
  'offset-misfit': {
    en: 'spans whose text differs from the given mention: kept as the offset rule of the file defines them',
    zh: '所指文本与所附实体文本不符的片段，按该文件的规则保留',
  },
  'span-outside': {
    en: 'spans that are empty or outside the text: left out',
    zh: '为空或越出文本的片段，已略去',
  },
  'span-edge-space': {
    en: 'spans that begin or end with white space: kept',
    zh: '首尾含空白的片段，已保留',
  },
  'relation-end-missing': {
    en: 'relations with a missing argument: left out',
    zh: '缺少一端的关系，已略去',
  },
  'relation-untyped': { en: 'relations without a type: left out', zh: '无类型的关系，已略去' },
  'sheet-left-out': {
    en: 'sheets that are hidden or empty, or have no column known to hold a text: left out',
    zh: '隐藏、为空或无文本列的工作表，已略去',
  },
  'file-empty': { en: 'files without any content: left out', zh: '没有内容的文件，已略去' },
  'annotator-idle': {
    en: 'annotators who marked nothing at all: their readings are left out',
    zh: '未作任何标注的标注者，其结果已略去',
  },
  'mark-inside': {
    en: 'rows that begin with a byte-order mark, as in concatenated files: read without it',
    zh: '行首带字节顺序标记（多个文件首尾拼接所致），已去除标记',
  },
  'column-repeated': {
    en: 'columns with a repeated name: renamed NAME (2) and so on',
    zh: '与前面列同名的列，改称“列名 (2)”等',
  },
  'header-repeated': { en: 'rows that repeat the header: left out', zh: '重复的表头行，已略去' },
  'ids-replaced': {
    en: 'splits in which ids are missing or not unique: record numbers replace them',
    zh: '编号缺失或重复的划分，改用记录序号',
  },
  'cell-error': {
    en: 'cells that show an error (#N/A): read as empty',
    zh: '显示错误值（如 #N/A）的单元格，按空处理',
  },
  'formula-without-value': {
    en: 'formulas whose value the file does not hold: read as empty (save it in a spreadsheet program)',
    zh: '文件中未保存计算结果的公式，按空处理（请用表格软件重新保存）',
  },
  'tag-orphan': {
    en: 'inside tags (I-) with nothing to continue: each begins a span',
    zh: '前面没有可接续片段的 I- 标签，按片段开头处理',
  },
  'not-carried': {
    en: 'annotations of other kinds (events, notes, other layers): left out',
    zh: '其他种类的标注（事件、备注、其他图层等），已略去',
  },
} as const satisfies Readonly<Record<string, Text>>;

export type MisfitCode = keyof typeof MISFITS;

/** Which field of a source is what; the keys of `--fields`. */
export const FIELD_ROLES = ['id', 'text', 'text1', 'text2', 'label', 'labels', 'entities'] as const;
export type FieldRole = (typeof FIELD_ROLES)[number];
export type Fields = Readonly<Partial<Record<FieldRole, string>>>;

/** The arguments of a reader. */
export interface ReadContext {
  /** Settings from the user; the rest is inferred from the data. */
  readonly fields: Fields;
  /** The field whose value is a record's group. */
  readonly group?: string;
  /** Names of the classes that numbers stand for, by field. */
  readonly classes?: ClassNames;
  readonly misfit: (misfit: Misfit) => void;
  /** Takes which field is what, as given or found. */
  readonly found?: (fields: FoundFields) => void;
}

/** Which field of a source is what: those of `--fields`, or `tokens` and `tags`. */
export type FoundFields = Readonly<Partial<Record<FieldRole | 'tokens' | 'tags', string>>>;

/** The beginning of a source, by which its format is known. */
export interface Head {
  /** As the user named it: what errors name. */
  readonly file: string;
  /** The same as UTF-8. */
  readonly path: string;
  /** First lines that are not empty. */
  readonly lines: readonly string[];
  /** First values, where it is JSON. */
  readonly values?: readonly PlainRecord[];
}
