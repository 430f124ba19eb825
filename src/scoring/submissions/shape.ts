import type { Question } from '../../datasets/dataset.ts';
import type { Text } from '../../ground/language.ts';
import type { Prediction } from '../../tasks/examples.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import type { Task } from '../../tasks/task.ts';

/** One thing about one record of a submission. */
export interface Finding {
  /** `refused`: the official checker stops there. `missed`: it lets it pass, and it costs score or is meant otherwise. */
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

/** What a record is found by. */
export type RecordKey = 'id' | 'text' | 'dialog_id';

/** What the official files of a task look like, written and read. */
export interface SubmissionShape {
  /** The ending of the file: one JSON value, one object per line, or columns. */
  readonly ending: '.json' | '.jsonl' | '.tsv' | '.txt';
  /**
   * `array` and `lines` have a record each, found by its `key`; `dialogues` one object with a dialogue under each id; `columns` an
   * id and its answer on each line; `objects` an answer under each id.
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
        /** The key of what stands for the dialogue as a whole, after its sentences. */
        readonly whole?: string;
      }
    | {
        readonly kind: 'columns';
        /** Between the id and its answer. */
        readonly separator: string;
        /** What the file calls a question. Absent: its id. */
        readonly keyOf?: (question: Question) => string;
      }
    | { readonly kind: 'objects' };
  /** What stands for an answer, beside the key; of a dialogue, what stands under the number of the sentence. */
  answer(answered: AnsweredQuestion, task: Task): unknown;
  /** What is wrong with a record, beside its key; of dialogues, with what stands under one sentence. */
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

/** Whether a label is none of those that the task declares; the finding, then. */
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
