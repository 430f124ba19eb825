import type { JudgedSplit, Question, SchemeId } from '../datasets/dataset.ts';
import { hashQuestions } from '../datasets/hashes.ts';
import type { Text } from '../ground/language.ts';
import type { Task } from '../tasks/task.ts';
import { isOffsets, OFFSETS, type Offsets } from './offsets.ts';
import type { Problem } from './problems.ts';

export const PREDICTIONS_SCHEMA = 'predictions@1';

/** The name under which a Parquet file holds the header. */
export const HEADER_NOTE = 'chineseblue';

/** The split that predictions answer, where it is a split of a corpus. */
export interface AnsweredSplit {
  readonly split?: JudgedSplit;
  readonly scheme?: SchemeId;
}

/** The first line of a file of predictions: what they answer. Files without one are read too. */
export interface PredictionsHeader extends AnsweredSplit {
  readonly chineseblue: typeof PREDICTIONS_SCHEMA;
  /** The id of the task. */
  readonly task: string;
  /** SHA-256 of the questions: see `hashQuestions`. */
  readonly corpus: string;
  readonly offsets: Offsets;
}

/** The header of predictions that answer `questions`; inputs from a user's own file belong to no split. */
export const createHeader = (
  task: Task,
  questions: readonly Question[],
  answered: AnsweredSplit = {},
): PredictionsHeader => ({
  chineseblue: PREDICTIONS_SCHEMA,
  task: task.id,
  ...answered,
  corpus: hashQuestions(questions),
  offsets: 'utf16',
});

/** What predictions are read for. */
export interface Expected extends AnsweredSplit {
  readonly task: Task;
  readonly questions: readonly Question[];
}

/** What a header says, as far as it can be used. */
export interface VerifiedHeader {
  readonly offsets?: Offsets;
  readonly problems: readonly Problem[];
}

/** Verifies the first record of a file as a header; undefined if it is not one. */
export function verifyHeader(
  record: Readonly<Record<string, unknown>>,
  line: number,
  expected: Expected,
): VerifiedHeader | undefined {
  const { chineseblue, offsets } = record;
  if (chineseblue === undefined) return undefined;
  if (chineseblue !== PREDICTIONS_SCHEMA) {
    const message = {
      en: `the file says "${chineseblue}", this version reads "${PREDICTIONS_SCHEMA}"`,
      zh: `文件标注为“${chineseblue}”，本版本可读“${PREDICTIONS_SCHEMA}”`,
    };
    return { problems: [{ line, code: 'unknown-header', field: 'chineseblue', message }] };
  }
  const problems = mismatches(record, expected).map((problem) => ({ line, ...problem }));
  if (offsets === undefined) return { problems };
  if (isOffsets(offsets)) return { offsets, problems };
  const message = {
    en: `"offsets" must be ${OFFSETS.join(' or ')}`,
    zh: `“offsets”应为 ${OFFSETS.join(' 或 ')}`,
  };
  return { problems: [...problems, { line, code: 'unknown-header', field: 'offsets', message }] };
}

/** Where a header contradicts what the predictions are read for; fields that it omits are not checked. */
function mismatches(record: Readonly<Record<string, unknown>>, expected: Expected): Problem[] {
  const { task, questions, split, scheme } = expected;
  const problems: Problem[] = [];
  const compare = (field: string, own: string | undefined, what: Text): void => {
    const found = record[field];
    if (found === undefined || own === undefined || found === own) return;
    const message = {
      en: `the predictions answer the ${what.en} ${found}, not ${own}`,
      zh: `预测对应的${what.zh}是 ${found}，而不是 ${own}`,
    };
    problems.push({ code: `other-${field}`, field, message });
  };
  if (!task.aliases.some((alias) => alias === record.task))
    compare('task', task.id, { en: 'task', zh: '任务' });
  compare('split', split, { en: 'split', zh: '划分' });
  compare('scheme', scheme, { en: 'split scheme', zh: '划分方案' });
  if (problems.length === 0 && record.corpus !== undefined)
    compare('corpus', hashQuestions(questions), { en: 'corpus with the hash', zh: '语料哈希' });
  return problems;
}
