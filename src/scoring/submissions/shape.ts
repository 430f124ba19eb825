import type { Question } from '../../datasets/dataset.ts';
import type { Text } from '../../ground/language.ts';
import type { Prediction } from '../../tasks/examples.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import type { Task } from '../../tasks/task.ts';

/** A problem with one record of a submission. */
export interface Finding {
  /**
   * `refused`: the official checker stops there. `missed`: it accepts it, but the score suffers or the answer changes its
   * meaning.
   */
  readonly severity: 'refused' | 'missed';
  readonly code: string;
  readonly field?: string;
  readonly message: Text;
}

/** A question with its answer; undefined where there is none. */
export interface AnsweredQuestion {
  readonly question: Question;
  readonly prediction: Prediction | undefined;
  /** The record of the test file, where that is what is submitted. */
  readonly raw?: PlainRecord;
}

/** The key by which a record is found. */
export type RecordKey = 'id' | 'text' | 'dialog_id';

/** The shape of the official files of a task, for writing and checking. */
export interface SubmissionShape {
  /** The ending of the file: one JSON value, one object per line, or columns. */
  readonly ending: '.json' | '.jsonl' | '.tsv' | '.txt';
  /**
   * `array` and `lines` have one record per question, found by its `key`; `dialogues` is one object with a dialogue under each
   * id; `columns` an id and its answer on each line; `objects` an answer under each id.
   */
  readonly form:
    | {
        readonly kind: 'array' | 'lines';
        readonly key: RecordKey;
        /** The raw record is submitted with its answers filled in. */
        readonly filled?: boolean;
      }
    | {
        readonly kind: 'dialogues';
        /** The key of the entry for the whole dialogue, after its sentences. */
        readonly whole?: string;
      }
    | {
        readonly kind: 'columns';
        /** Between the id and its answer. */
        readonly separator: string;
        /** The name of a question in the file. Absent: its id. */
        readonly keyOf?: (question: Question) => string;
      }
    | { readonly kind: 'objects' };
  /** An answer as it is written, without the key; in dialogues, the value under the number of the sentence. */
  answer(answered: AnsweredQuestion, task: Task): unknown;
  /** Problems of a record, apart from its key; in dialogues, of the value under one sentence. */
  findings(value: unknown, question: Question | undefined, task: Task): Finding[];
}

export const refused = (code: string, field: string, message: Text): Finding => ({
  ...{ severity: 'refused', code, field, message },
});
export const missed = (code: string, field: string, message: Text): Finding => ({
  ...{ severity: 'missed', code, field, message },
});

export const isRecord = (value: unknown): value is PlainRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The finding for a label that the task does not declare; undefined for others. */
export function labelFinding(value: unknown, field: string, { id, labels }: Task): Finding[] {
  if (typeof value !== 'string')
    return [refused('wrong-type', field, { en: `"${field}" must be a string`, zh: `“${field}”应为字符串` })];
  if (labels.some((label) => label.id === value)) return [];
  const message = { en: `${id} has no label "${value}"`, zh: `${id} 没有标签“${value}”` };
  return [refused('unknown-label', field, message)];
}

/** The text of a question of one text; undefined where there is no question. */
export const textOf = (question: Question | undefined): string | undefined =>
  question && 'text' in question.input ? question.input.text : undefined;

/** Code points before a UTF-16 offset: how the official files count. */
export const pointsBefore = (text: string, offset: number): number =>
  Array.from(text.slice(0, offset)).length;

/** The findings of every object of the list under `key`, whose own field is `key[i]`. */
export function listFindings(
  value: unknown,
  key: string,
  findingsOf: (item: PlainRecord, field: string) => Finding[],
): Finding[] {
  const list = isRecord(value) ? value[key] : undefined;
  if (!Array.isArray(list))
    return [refused('wrong-type', key, { en: `"${key}" must be an array`, zh: `“${key}”应为数组` })];
  return list.flatMap((item, i) => {
    const field = `${key}[${i}]`;
    if (isRecord(item)) return findingsOf(item, field);
    return [refused('wrong-type', field, { en: `"${field}" must be an object`, zh: `“${field}”应为对象` })];
  });
}

export const DUPLICATE = {
  en: 'The record is given twice: only one of them counts',
  zh: '记录重复，只有其中一条计分',
};
export const EXTRA = { en: 'The test file has no such record', zh: '测试文件中没有该记录' };
export const LACKING = { en: 'This record of the test file is missing', zh: '缺少测试文件中的这条记录' };
