import { counted } from '../ground/counted.ts';
import { UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import type { AnswerStatus } from '../tasks/answer.ts';
import type { QuoteCounts } from '../tasks/families/asking.ts';

/** The outcomes of the questions: asked = answered + refused + unreadable + missing. All except those answered count as wrong. */
export interface Coverage {
  readonly asked: number;
  readonly answered: number;
  /** The model declined. */
  readonly refused: number;
  /** The reply is not a prediction. */
  readonly unreadable: number;
  /** There is no reply. */
  readonly missing: number;
}

/**
 * The same, with replies truncated at a length limit as part of unreadable, and failed calls as part of missing.
 */
export interface AnswerCounts extends Coverage {
  readonly truncated: number;
  readonly failed: number;
}

/** Counts answers by their status. */
export function coverageOf(statuses: Iterable<AnswerStatus>): Coverage {
  const counts = { asked: 0, answered: 0, refused: 0, unreadable: 0, missing: 0 };
  for (const status of statuses) {
    counts.asked++;
    counts[status]++;
  }
  return counts;
}

/** The coverage of bare predictions: undefined ones are missing. */
export const coverageOfPredictions = (predictions: readonly unknown[]): Coverage =>
  coverageOf(predictions.map((prediction) => (prediction === undefined ? 'missing' : 'answered')));

/** Questions without a prediction, for whatever reason. */
export const unanswered = ({ asked, answered }: Coverage): number => asked - answered;

/** Coverage in one line; counts that are 0 are left out, except those asked and answered. */
export function describeCoverage({ asked, answered, refused, unreadable, missing }: Coverage): Text {
  const wrong = [
    { count: refused, en: 'refused', zh: '拒答' },
    { count: unreadable, en: 'unreadable', zh: '无法解析' },
    { count: missing, en: 'missing', zh: '缺失' },
  ].filter(({ count }) => count > 0);
  const note = wrong.length > 0 ? { en: ' (scored as wrong)', zh: '（按答错计）' } : { en: '', zh: '' };
  return {
    en: `${[counted(asked, 'example'), `${answered} answered`, ...wrong.map(({ count, en }) => `${count} ${en}`)].join(', ')}${note.en}`,
    zh: `${[`${asked} 个样本`, `已答 ${answered}`, ...wrong.map(({ count, zh }) => `${zh} ${count}`)].join('，')}${note.zh}`,
  };
}

/** The outcomes of quotes in one line; counts of 0 are left out, except that of quotes found in the text. */
export function describeQuotes({ aligned, folded, unaligned, ...others }: QuoteCounts): Text {
  const { ambiguous, duplicate, conflicting } = others;
  const more = [
    { count: folded, en: 'in the text after folding', zh: '折叠后见于原文' },
    { count: unaligned, en: 'not in the text', zh: '不在原文中' },
    { count: ambiguous, en: 'ambiguous', zh: '位置有歧义' },
    { count: duplicate, en: 'duplicate', zh: '重复' },
    { count: conflicting, en: 'conflicting', zh: '类型冲突' },
  ].filter(({ count }) => count > 0);
  return {
    en: [`Quotes: ${aligned} in the text`, ...more.map(({ count, en }) => `${count} ${en}`)].join(', '),
    zh: [`引文：${aligned} 条见于原文`, ...more.map(({ count, zh }) => `${zh} ${count}`)].join('，'),
  };
}

/**
 * Refuses answers without any valid prediction, or with a smaller share than `least`. Throws a UserError `nothing-valid` or
 * `low-coverage`.
 */
export function requireCoverage(file: string, coverage: Coverage, least = 0): void {
  const { asked, answered } = coverage;
  if (asked === 0 || (answered > 0 && answered >= least * asked)) return;
  const counts = describeCoverage(coverage);
  const hint = {
    en: '`chineseblue check` lists every problem of the file.',
    zh: '`chineseblue check` 列出文件的全部问题。',
  };
  if (answered === 0) {
    const message = {
      en: `No prediction is valid: ${counts.en}`,
      zh: `没有一条有效的预测：${counts.zh}`,
    };
    throw new UserError('nothing-valid', message, { file, hint });
  }
  const message = {
    en: `Fewer predictions are valid than --min-coverage ${least} requires: ${counts.en}`,
    zh: `有效预测未达到 --min-coverage ${least} 的要求：${counts.zh}`,
  };
  throw new UserError('low-coverage', message, { file, hint });
}
